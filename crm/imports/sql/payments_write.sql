-- One that was known, and whose invoice came since, names it from now on.
with written as (
    insert into receivables_credit (entity_id, customer_id, external_id, number, kind, received_on, currency, amount,
        open_amount, names_invoice_id, label, import_batch_id, recorded_at)
    select %(entity)s, p.customer_id, p.external_id, left(p.reference, 60), 'payment', p.paid_on, p.currency, p.amount, p.amount,
           n.id, case when p.invoice_number <> '' then p.invoice_number else '' end, %(batch)s, %(at)s
    from payment_row p
    left join lateral (
        select i.id from receivables_invoice i
        where p.invoice_number <> '' and i.entity_id = %(entity)s and i.customer_id = p.customer_id
            and i.number = p.invoice_number and i.currency = p.currency
        order by i.settled_on is not null, i.due_on, i.id limit 1
    ) n on true
    on conflict (entity_id, external_id) do update set names_invoice_id = excluded.names_invoice_id
    where receivables_credit.names_invoice_id is null and excluded.names_invoice_id is not null
        and receivables_credit.customer_id = excluded.customer_id
    returning customer_id, xmax = 0 as is_new
), touched as (
    insert into payment_touched select distinct customer_id from written where not is_new
)
select count(*) filter (where is_new) as credits_new from written
