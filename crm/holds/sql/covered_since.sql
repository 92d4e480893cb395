-- What money not applied at the end of a day covers of the invoices of the customers who owe some invoices, credit by
-- credit, with the day it came: `covered` of net_open_items.sql in detail, and also for a past day. First the invoice a
-- credit names; what is left, in the order it came, covers the oldest due, never a disputed one, nor one that
-- insolvency forbids to pay once money came after the judgment.
with account as (
    select distinct customer_id, currency from receivables_invoice where id = any(%(invoices)s)
),
money as (
    select c.id, c.customer_id, c.currency, c.received_on, c.names_invoice_id, c.open_amount - later.moved as amount
    from account a
    join receivables_credit c on c.customer_id = a.customer_id and c.currency = a.currency and c.received_on <= %(on)s
    cross join lateral (
        select coalesce(sum(m.amount), 0) as moved from receivables_movement m where m.credit_id = c.id and m."on" > %(on)s
    ) later
    where c.open_amount > later.moved
),
owed as materialized (
    select i.id, i.customer_id, i.currency, i.issued_on, i.due_on, i.open_amount - later.moved as amount
    from receivables_invoice i
    cross join lateral (
        select coalesce(sum(m.amount), 0) as moved from receivables_movement m where m.invoice_id = i.id and m."on" > %(on)s
    ) later
    where (i.customer_id, i.currency) in (select customer_id, currency from money)
      and (i.settled_on is null or i.settled_on > %(on)s) and i.open_amount > later.moved
),
named as (
    select m.*, o.id as invoice_id, o.amount as owed, coalesce(sum(m.amount) over in_turn, 0) as up_to_here
    from money m
    left join owed o on o.id = m.names_invoice_id and o.customer_id = m.customer_id and o.currency = m.currency
    window in_turn as (partition by o.id order by m.received_on, m.id)
),
by_name as materialized (
    select n.*, case when n.invoice_id is null then 0
                     else least(n.amount, greatest(0, n.owed - (n.up_to_here - n.amount))) end as covers
    from named n
),
pool as (
    select b.customer_id, b.currency, b.received_on, b.amount - b.covers as amount,
           sum(b.amount - b.covers) over (partition by b.customer_id, b.currency order by b.received_on, b.id) as up_to_here
    from by_name b
),
by_name_only as (
    select h.customer_id, h.invoice_id, h.born_before from holds_hold h
    where h.customer_id in (select customer_id from money) and h.kind in ('dispute', 'insolvency')
      and h.starts_on <= %(on)s and (h.ends_on is null or h.ends_on >= %(on)s) and (h.ended_on is null or h.ended_on > %(on)s)
),
needs as (
    select o.id, o.customer_id, o.currency, o.due_on,
           case when o.id in (select invoice_id from by_name_only where invoice_id is not null)
                  or o.customer_id in (select customer_id from by_name_only where invoice_id is null and born_before is null)
                  or o.issued_on < born.before and came.last_on >= born.before then 0
                else o.amount - coalesce(b.covers, 0) end as amount
    from owed o
    left join (select invoice_id, sum(covers) as covers from by_name group by invoice_id) b on b.invoice_id = o.id
    left join (select customer_id, max(born_before) as before from by_name_only group by customer_id) born
           on born.customer_id = o.customer_id
    left join (select customer_id, currency, max(received_on) as last_on from money group by customer_id, currency) came
           on came.customer_id = o.customer_id and came.currency = o.currency
),
in_turn as (
    select n.*, sum(n.amount) over (partition by n.customer_id, n.currency order by n.due_on, n.id) as up_to_here from needs n
)
select b.invoice_id, b.received_on, b.covers as amount from by_name b where b.covers > 0
union all
select n.id, p.received_on, share.ends - share.starts
from in_turn n
join pool p on p.customer_id = n.customer_id and p.currency = n.currency
cross join lateral (
    select greatest(n.up_to_here - n.amount, p.up_to_here - p.amount) as starts, least(n.up_to_here, p.up_to_here) as ends
) share
where share.ends > share.starts
