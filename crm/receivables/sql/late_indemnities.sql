-- The fixed indemnity of invoices that were not wholly paid on their due date, once each, as the law had it on the first
-- day late; what is paid or credited afterwards changes nothing. Money received by then pays, applied or not. Lined up
-- with its invoice by a window, as in late_interest.sql.
with covered as (
/* covered by unapplied money */
), happened as (
    select i.id, i.due_on as "on", i.amount, i.due_on, i.currency, (rule.value ->> 'amount')::numeric as indemnity
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
    where i.id = any(%(invoices)s) and i.due_on < %(on)s and i.kind = 'invoice' and i.due_on_source <> 'guessed'
      and rule.value ->> 'currency' = i.currency
    union all
    select m.invoice_id, coalesce(credit.received_on, m."on"), m.amount, null, null, null
    from receivables_movement m left join receivables_credit credit on credit.id = m.credit_id
    where m.invoice_id = any(%(invoices)s) and m."on" <= %(on)s
    union all
    select invoice_id, received_on, -amount, null, null, null from covered
), by_due_date as (
    select id, max(currency) over of_invoice as currency, max(indemnity) over of_invoice as indemnity,
           amount, "on" <= max(due_on) over of_invoice as in_time
    from happened window of_invoice as (partition by id)
)
select id as invoice_id, currency, indemnity as amount
from by_due_date
where in_time
group by id, currency, indemnity
having sum(amount) > 0
