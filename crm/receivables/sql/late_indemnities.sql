-- The fixed indemnity of invoices that were not wholly paid on their due date, once each, as the law had it on the first
-- day late; what is paid or credited afterwards changes nothing. Money received by then pays, applied or not.
with covered as (
/* covered by unapplied money */
)
select i.id as invoice_id, i.currency, (rule.value ->> 'amount')::numeric as amount
from receivables_invoice i
join customers_customer c on c.id = i.customer_id
join accounts_entity e on e.id = i.entity_id
cross join lateral (
    select r.value from law_rule r
    where r.jurisdiction = e.jurisdiction and r.code = 'fixed_indemnity' and r.customer_kind in ('', c.kind)
      and r.debt_type in ('', i.debt_type) and r.starts_on <= i.due_on + 1
      and coalesce(r.ends_on, 'infinity') > i.due_on
    order by r.debt_type desc, r.customer_kind desc, r.starts_on desc limit 1
) rule
cross join lateral (
    select coalesce(sum(m.amount), 0) as amount
    from receivables_movement m left join receivables_credit credit on credit.id = m.credit_id
    where m.invoice_id = i.id and m."on" <= %(on)s and coalesce(credit.received_on, m."on") <= i.due_on
) in_time
cross join lateral (
    select coalesce(sum(covered.amount), 0) as amount from covered
    where covered.invoice_id = i.id and covered.received_on <= i.due_on
) unapplied
where i.id = any(%(invoices)s) and i.due_on < %(on)s and i.kind = 'invoice' and i.due_on_source <> 'guessed'
  and rule.value ->> 'currency' = i.currency and i.amount + in_time.amount - unapplied.amount > 0
