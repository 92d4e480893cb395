-- One row per open invoice of some customers of an entity: what holds it on a date, what unapplied money covers, what is
-- left. Money covers what its own customer owes from the day it came: first the invoice it names, then the oldest due,
-- never a disputed one, nor one that insolvency forbade to pay, or that was held as run out of, on the day it came
-- (docs/law.md, «Argent non imputé»).
-- The one definition of what a decision may rest on: night, page, letter and explanation read it
-- (crm.holds.queries.net_open_items).
-- Only the customers who have unapplied money are put in order; of them, sum by sum, those whom insolvency ever forbade to
-- pay something, or who owe or owed what ran out. Every invoice is read once more, as it lies.
with recursive known as materialized (
    /* for each */ select h.customer_id, h.invoice_id, h.born_before, h.kind, h.outcome, h.starts_on, h.ends_on, h.ended_on,
           h.starts_on <= %(on)s and (h.ends_on is null or h.ends_on >= %(on)s)
           and (h.ended_on is null or h.ended_on > %(on)s) as in_force
    from holds_hold h
    where h.entity_id = %(entity)s
      and (h.kind in ('insolvency', 'limitation')
           or h.starts_on <= %(on)s and (h.ends_on is null or h.ends_on >= %(on)s)
              and (h.ended_on is null or h.ended_on > %(on)s)) /* found h.customer_id */
),
on_invoice as materialized (
    select i.invoice_id, min(i.kind) as kind, bool_or(i.kind = 'dispute') as disputed
    from known i where i.in_force and i.invoice_id is not null group by i.invoice_id
),
on_customer as materialized (
    select i.customer_id,
           min(i.kind) filter (where i.born_before is null) as kind,
           bool_or(i.kind = 'dispute') filter (where i.born_before is null) as disputed,
           max(i.born_before) filter (where i.kind = 'dispute') as disputed_before,
           max(i.born_before) as born_before,
           min(i.kind) filter (where i.born_before is not null) as born_kind
    from known i where i.in_force and i.invoice_id is null group by i.customer_id
),
unapplied as (
    select c.customer_id, c.currency, sum(c.open_amount) as amount
    from receivables_credit c
    where c.entity_id = %(entity)s and c.open_amount > 0 and c.received_on <= %(on)s /* among c.customer_id */
      and c.customer_id not in (select f.customer_id from forbidding f)
    group by c.customer_id, c.currency
),
names as (
    select c.customer_id, c.currency, c.names_invoice_id as invoice_id, sum(c.open_amount) as amount
    from receivables_credit c
    where c.entity_id = %(entity)s and c.open_amount > 0 and c.received_on <= %(on)s
      and c.names_invoice_id is not null /* among c.customer_id */
    group by c.customer_id, c.currency, c.names_invoice_id
),
coverable as (
    select i.id, i.customer_id, i.currency, i.due_on, u.amount as unapplied, n.by_name,
           case when coalesce(hi.disputed, false) or coalesce(hc.disputed, false) or i.issued_on < hc.disputed_before then 0
                else i.open_amount - n.by_name end as may_cover
    from receivables_invoice i
    join unapplied u on u.customer_id = i.customer_id and u.currency = i.currency
    left join names on names.invoice_id = i.id and names.customer_id = i.customer_id and names.currency = i.currency
    cross join lateral (select least(i.open_amount, coalesce(names.amount, 0)) as by_name) n
    left join on_invoice hi on hi.invoice_id = i.id
    left join on_customer hc on hc.customer_id = i.customer_id
    where i.entity_id = %(entity)s and i.settled_on is null
      -- plan: those who have unapplied money by key, instead of every open invoice a second time
      and i.customer_id = any(array(select u.customer_id from unapplied u))
),
running as (
    select c.*, sum(c.by_name) over account as named_total, sum(c.may_cover) over oldest_first as up_to_here
    from coverable c
    window account as (partition by c.customer_id, c.currency),
           oldest_first as (partition by c.customer_id, c.currency order by c.due_on, c.id)
),
money as materialized (
    select c.id, c.customer_id, c.currency, c.received_on, c.names_invoice_id, c.open_amount as amount
    from receivables_credit c
    where c.entity_id = %(entity)s and c.open_amount > 0 and c.received_on <= %(on)s
      and c.customer_id = any(array(select f.customer_id from forbidding f))
),
owed as materialized (
    select i.id, i.customer_id, i.currency, i.issued_on, i.due_on, i.open_amount as amount,
           case when coalesce(hi.disputed, false) or coalesce(hc.disputed, false) or i.issued_on < hc.disputed_before then 0
                else i.open_amount end as coverable
    from receivables_invoice i
    left join on_invoice hi on hi.invoice_id = i.id
    left join on_customer hc on hc.customer_id = i.customer_id
    where i.entity_id = %(entity)s and i.settled_on is null
      and i.customer_id = any(array(select m.customer_id from money m))
),
/* sums in turn */,
covered as (
    select r.id, r.by_name + least(r.may_cover, greatest(0, r.unapplied - r.named_total - (r.up_to_here - r.may_cover)))
           as amount
    from running r
    union all
    select o.invoice_id, sum(o.amount)
    from (
        select b.invoice_id, b.covers as amount from by_name b where b.covers > 0
        union all
        select t.invoice_id, t.amount from taken t
    ) o
    group by o.invoice_id
)
select i.id as invoice_id, i.customer_id, i.currency, i.kind, i.issued_on, i.due_on, i.due_on_source, i.open_amount,
       coalesce(hi.kind, hc.kind, case when i.issued_on < hc.born_before then hc.born_kind end) as held,
       coalesce(v.amount, 0) as covered, i.open_amount - coalesce(v.amount, 0) as net_amount
from receivables_invoice i
left join on_invoice hi on hi.invoice_id = i.id
left join on_customer hc on hc.customer_id = i.customer_id
left join covered v on v.id = i.id
where i.entity_id = %(entity)s and i.settled_on is null /* among i.customer_id */
