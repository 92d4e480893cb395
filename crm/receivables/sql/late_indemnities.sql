-- The fixed indemnity of invoices that were not wholly paid on their due date, once each, as the law had it on the first
-- day late; what is paid or credited afterwards changes nothing. Money received by then pays, applied or not, and so does what
-- may have come by then, where a list tells no day. What fell
-- due when insolvency forbade to pay it owes none. Of an invoice due in several parts, the first that was late owes it,
-- whether it was asked for or not. Parts are rows of one number and of one identifier in the books (its instalments), or of
-- several that were issued on one day: a number alone comes back every year, or is that of the contract. Where a list had no
-- identifiers, account and number stand for them (items_stage.sql in crm.imports), which tell no more than the number:
-- there too one day of issue is one invoice. Lined up with its invoice by a window, as in late_interest.sql.
with parts as (
    select unnest(%(invoices)s::bigint[]) as id
    union
    select other.id from receivables_invoice i
    join receivables_invoice other on other.number = i.number and other.customer_id = i.customer_id
    where i.id = any(%(invoices)s) and i.number <> ''
), covered as (
/* covered by unapplied money */
), stopped as (
/* stopped charges */
), happened as (
    select i.id, i.due_on as "on", i.amount, i.due_on, i.customer_id, i.number, i.issued_on, i.currency,
           case when right(i.external_id, length(i.number) + 1) = '/' || i.number and exists (
               -- plan: by key. Invoices of a merged customer keep the account they came under.
               select from customers_customer account
               where account.entity_id = i.entity_id
                 and account.external_id = left(i.external_id, -(length(i.number) + 1)) offset 0
           ) then i.external_id || ' ' || i.issued_on else i.external_id end as document,
           (rule.value ->> 'amount')::numeric as indemnity, null::date as stopped_on
    from receivables_invoice i
    join customers_customer c on c.id = i.customer_id
    join accounts_entity e on e.id = i.entity_id
    left join lateral (
        select r.value from law_rule r
        where r.jurisdiction = e.jurisdiction and r.code = 'fixed_indemnity' and r.customer_kind in ('', c.kind)
          and r.debt_type in ('', i.debt_type) and r.starts_on <= i.due_on + 1
          and coalesce(r.ends_on, 'infinity') > i.due_on
        order by r.debt_type desc, r.customer_kind desc, r.starts_on desc limit 1
    ) rule on i.due_on < %(on)s and i.kind = 'invoice' and i.due_on_source <> 'guessed'
          and rule.value ->> 'currency' = i.currency
    where i.id = any(array(select id from parts))
    union all
    select m.invoice_id, coalesce(credit.received_on, m.earliest_on, m."on"), m.amount, null, null, null, null, null, null, null, null
    from receivables_movement m left join receivables_credit credit on credit.id = m.credit_id
    where m.invoice_id = any(array(select id from parts)) and m."on" <= %(on)s
    union all
    select invoice_id, received_on, -amount, null, null, null, null, null, null, null, null from covered
    union all
    select invoice_id, stopped_on, 0, null, null, null, null, null, null, null, stopped_on from stopped
), by_due_date as (
    select id, max(due_on) over of_invoice as due_on, max(customer_id) over of_invoice as customer_id,
           max(document) over of_invoice as document,
           max(number) over of_invoice as number, max(issued_on) over of_invoice as issued_on,
           max(currency) over of_invoice as currency,
           max(indemnity) over of_invoice as indemnity, min(stopped_on) over of_invoice as stopped_on,
           amount, "on" <= max(due_on) over of_invoice as in_time
    from happened window of_invoice as (partition by id)
), by_invoice as (
    -- Of all its parts, so that paying one in time, or the day, does not change which invoice the others are.
    select *, min(issued_on) over (partition by customer_id, currency, number, document) as first_issued_on from by_due_date
), late as (
    select id, customer_id, number, first_issued_on, currency, due_on, indemnity,
           due_on < coalesce(stopped_on, 'infinity') as claimable
    from by_invoice
    where in_time and indemnity is not null
    group by id, due_on, customer_id, number, first_issued_on, currency, indemnity, stopped_on
    having sum(amount) > 0
), in_order as (
    select *, row_number() over (
        partition by customer_id, currency, number, first_issued_on, case when number = '' then id end
        order by due_on, id) as nth
    from late
)
select id as invoice_id, currency, indemnity as amount
from in_order
where nth = 1 and claimable and id = any(%(invoices)s)
