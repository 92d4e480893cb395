-- A hold of one invoice ends once nothing of it is left to pay: there is nothing to suspend any more. Where the invoice is open
-- again after all (a payment that came back, an import undone), who contested it has not been answered by that: it is held
-- as before, until the same day, by a hold of its own. What a person lifts stays lifted. Limitation has its own statement
-- (compliance/sql/time_barred.sql).
with ended as (
    update holds_hold hold set ended_on = %(on)s, ended_at = %(at)s, outcome = 'settled'
    from receivables_invoice invoice
    where hold.entity_id = %(entity)s and hold.ended_on is null and hold.kind <> 'limitation'
      and hold.starts_on <= %(on)s
      and invoice.id = hold.invoice_id and invoice.settled_on is not null
    returning hold.id, hold.customer_id, hold.invoice_id, '' as reason, %(settled)s as subject
), placed as (
    insert into holds_hold (
        entity_id, customer_id, invoice_id, kind, reason, starts_on, ends_on, amount, currency, outcome, author_id, created_at
    )
    select hold.entity_id, invoice.customer_id, hold.invoice_id, hold.kind, hold.reason, %(on)s, hold.ends_on, hold.amount,
           hold.currency, '', hold.author_id, %(at)s
    from holds_hold hold
    join receivables_invoice invoice on invoice.id = hold.invoice_id and invoice.settled_on is null
    where hold.entity_id = %(entity)s and hold.outcome = 'settled' and hold.kind <> 'limitation'
      and hold.ended_on <= %(on)s and (hold.ends_on is null or hold.ends_on >= %(on)s)
      and not exists (
          select from holds_hold later
          where later.invoice_id = hold.invoice_id and later.kind = hold.kind and later.id > hold.id
            and later.starts_on >= hold.ended_on
      )
    returning id, customer_id, invoice_id, reason, %(again)s as subject
), changed as (
    select * from ended union all select * from placed
), told as (
    insert into timeline_entry (at, entity_id, customer_id, kind, subject, text, params, about, about_id)
    select %(at)s, %(entity)s, changed.customer_id, 'hold', changed.subject, changed.reason,
           jsonb_build_object('invoice', case when invoice.installment = 1 then invoice.number
                                              else invoice.number || '/' || invoice.installment end),
           'hold', changed.id
    from changed
    join receivables_invoice invoice on invoice.id = changed.invoice_id
)
select count(*) as changed from changed
