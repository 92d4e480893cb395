-- What money not applied at the end of a day covers of the invoices of the customers who owe some invoices, credit by
-- credit, with the day it came: `covered` of net_open_items.sql in detail, and also for a past day.
with recursive account as (
    select distinct customer_id, currency from receivables_invoice where id = any(%(invoices)s)
),
money as materialized (
    select c.id, c.customer_id, c.currency, c.received_on, c.names_invoice_id, c.open_amount - later.moved as amount
    from account a
    join receivables_credit c on c.customer_id = a.customer_id and c.currency = a.currency and c.received_on <= %(on)s
    cross join lateral (
        select coalesce(sum(m.amount), 0) as moved from receivables_movement m where m.credit_id = c.id and m."on" > %(on)s
    ) later
    where c.open_amount > later.moved
),
known as (
    select h.*, h.starts_on <= %(on)s and (h.ends_on is null or h.ends_on >= %(on)s)
                and (h.ended_on is null or h.ended_on > %(on)s) as in_force
    from holds_hold h where h.customer_id in (select customer_id from money)
),
disputed as (
    select h.customer_id, h.invoice_id, h.born_before from known h where h.kind = 'dispute' and h.in_force
),
owed as materialized (
    select i.id, i.customer_id, i.currency, i.issued_on, i.due_on, i.open_amount - later.moved as amount,
           case when i.id in (select invoice_id from disputed where invoice_id is not null)
                  or i.customer_id in (select customer_id from disputed where invoice_id is null and born_before is null)
                  or i.issued_on < born.before then 0
                else i.open_amount - later.moved end as coverable
    from receivables_invoice i
    cross join lateral (
        select coalesce(sum(m.amount), 0) as moved from receivables_movement m where m.invoice_id = i.id and m."on" > %(on)s
    ) later
    left join (select customer_id, max(born_before) as before from disputed group by customer_id) born
           on born.customer_id = i.customer_id
    where (i.customer_id, i.currency) in (select customer_id, currency from money)
      and (i.settled_on is null or i.settled_on > %(on)s) and i.open_amount > later.moved
),
/* sums in turn */
select b.invoice_id, b.received_on, b.covers as amount from by_name b where b.covers > 0
union all
select s.invoice_id, s.received_on, s.amount from shares s
