-- Of every open invoice, what unapplied money leaves is paid on its due day plus the usual delay of its customer over a year,
-- weighted by amount, each sum of money on its own day (without any payment to judge by: that of the entity; without any there either, nobody pays). What
-- covers it is applied that day, so that it covers nothing else, by the rule of sums_in_turn.sql. What is later than that
-- already stays as it is, and so does what is disputed, ran out or may not be paid that day. What comes today is known by
-- the first night.
with recursive invoice as (
    select i.id, i.customer_id, i.issued_on, i.due_on from receivables_invoice i
    where i.kind = 'invoice' and (i.settled_on > %(from)s::date - 365 or i.settled_on is null)
),
part as (
/* paid parts */
),
paid as (
    select i.customer_id, sum(p.amount * (p.paid_on - i.due_on)) as weighted, sum(p.amount) as amount
    from part p join invoice i on i.id = p.invoice_id
    where p.applied_on > %(from)s::date - 365 group by i.customer_id
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
money as materialized (
    select c.id, c.customer_id, c.currency, c.received_on, c.names_invoice_id, c.open_amount as amount
    from receivables_credit c
    where c.entity_id = %(entity)s and c.open_amount > 0 and c.received_on <= %(on)s
),
owed as (
    select e.invoice_id as id, e.customer_id, e.currency, e.issued_on, e.due_on, e.open_amount as amount,
           e.covered as coverable
    from expected e where e.covered > 0
),
known as (
    select h.* from holds_hold h where h.entity_id = %(entity)s
),
/* sums in turn */,
applied as (
    select b.invoice_id, b.id as credit_id, b.received_on, b.covers as amount from by_name b where b.covers > 0
    union all
    select s.invoice_id, s.credit_id, s.received_on, s.amount from shares s
),
unpaid as (
    select k.customer_id, k.invoice_id, k.starts_on, coalesce(least(k.ended_on, k.ends_on + 1), 'infinity') as until_on,
           coalesce(k.born_before, case when k.kind = 'insolvency' then k.starts_on end, 'infinity') as born_before
    from known k where k.kind in ('dispute', 'insolvency', 'limitation')
)
insert into simulated_movement (known_on, kind, invoice_id, credit_id, amount)
select greatest(came.known_on, %(from)s), came.kind, came.invoice_id, came.credit_id, -came.amount
from (
    select e.paid_on + 1 as known_on, 'payment' as kind, e.invoice_id, null::bigint as credit_id, e.net_amount as amount, e.paid_on
    from expected e
    where e.net_amount > 0
      and not exists (select from unpaid u where u.invoice_id = e.invoice_id
                                             and e.paid_on >= u.starts_on and e.paid_on < u.until_on)
      and not exists (select from unpaid u where u.customer_id = e.customer_id and u.invoice_id is null
                                             and e.issued_on < u.born_before
                                             and e.paid_on >= u.starts_on and e.paid_on < u.until_on)
    union all
    select greatest(e.paid_on, a.received_on) + 1, 'applied', a.invoice_id, a.credit_id, a.amount, e.paid_on
    from applied a join expected e using (invoice_id)
) came
where came.paid_on >= %(today)s and came.known_on <= %(until)s
