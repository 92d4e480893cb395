-- Of every open invoice, what unapplied money leaves is paid on its due day plus the usual delay of its customer over a year,
-- weighted by amount (without any payment to judge by: that of the entity; without any there either, nobody pays). What
-- covers it is applied that day, so that it covers nothing else: the money that names it, then the oldest. What is later
-- than that already stays as it is. What comes today is known by the first night.
with paid as (
    select i.customer_id, sum(i.amount * (i.settled_on - i.due_on)) as weighted, sum(i.amount) as amount
    from receivables_invoice i
    where i.kind = 'invoice' and i.settled_on > %(from)s::date - 365 group by i.customer_id
),
usual as (
    select sum(weighted) / nullif(sum(amount), 0) as days from paid
),
expected as materialized (
    select item.*,
           greatest(item.due_on + coalesce(round(paid.weighted / nullif(paid.amount, 0)), round(usual.days))::int,
                    item.issued_on) as paid_on
    from (
/* net open items */
    ) item
    cross join usual left join paid on paid.customer_id = item.customer_id
    where usual.days is not null
),
money as (
    select c.id, c.customer_id, c.currency, c.received_on, c.open_amount as amount, e.invoice_id, e.open_amount as owed,
           coalesce(sum(c.open_amount) over (partition by e.invoice_id order by c.received_on, c.id), 0) as up_to_here
    from receivables_credit c
    left join expected e on e.invoice_id = c.names_invoice_id and e.customer_id = c.customer_id and e.currency = c.currency
    where c.entity_id = %(entity)s and c.open_amount > 0 and c.received_on <= %(on)s
),
by_name as materialized (
    select m.*, case when m.invoice_id is null then 0
                     else least(m.amount, greatest(0, m.owed - (m.up_to_here - m.amount))) end as covers
    from money m
),
pool as (
    select b.id, b.customer_id, b.currency, b.received_on, b.amount - b.covers as amount,
           sum(b.amount - b.covers) over (partition by b.customer_id, b.currency order by b.received_on, b.id) as up_to_here
    from by_name b
),
needs as (
    select e.invoice_id, e.customer_id, e.currency, e.covered - coalesce(n.covers, 0) as amount,
           sum(e.covered - coalesce(n.covers, 0))
               over (partition by e.customer_id, e.currency order by e.due_on, e.invoice_id) as up_to_here
    from expected e
    left join (select b.invoice_id, sum(b.covers) as covers from by_name b group by b.invoice_id) n using (invoice_id)
    where e.covered > 0
),
applied as (
    select b.invoice_id, b.id as credit_id, b.received_on, b.covers as amount from by_name b where b.covers > 0
    union all
    select n.invoice_id, p.id, p.received_on, share.ends - share.starts
    from needs n
    join pool p using (customer_id, currency)
    cross join lateral (
        select greatest(n.up_to_here - n.amount, p.up_to_here - p.amount) as starts,
               least(n.up_to_here, p.up_to_here) as ends
    ) share
    where share.ends > share.starts
)
insert into simulated_movement (known_on, kind, invoice_id, credit_id, amount)
select greatest(came.known_on, %(from)s), came.kind, came.invoice_id, came.credit_id, -came.amount
from (
    select e.paid_on + 1 as known_on, 'payment' as kind, e.invoice_id, null::bigint as credit_id, e.net_amount as amount, e.paid_on
    from expected e where e.net_amount > 0
    union all
    select greatest(e.paid_on, a.received_on) + 1, 'applied', a.invoice_id, a.credit_id, a.amount, e.paid_on
    from applied a join expected e using (invoice_id)
) came
where came.paid_on >= %(today)s and came.known_on <= %(until)s
