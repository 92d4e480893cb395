-- In what turn unapplied money covers what is owed (docs/law.md, «Argent non imputé»), as CTEs built on: `money` (id,
-- customer_id, currency, received_on, names_invoice_id, amount), `owed` (id, customer_id, currency, issued_on, due_on,
-- amount, coverable: up to how much by money of any kind, 0 where only what names it may) and `known` (holds of their
-- customers, ended ones too).
-- They give `by_name` (what each sum covers of what it names), `taken` (what the rest of all sums of a stretch of days
-- covers) and `shares` (that, sum by sum). What belongs together is lined up by windows: joined instead, some plans compare
-- every sum with every invoice.
-- Money of these days may not cover that invoice; without one, what was born before the first of them: what insolvency
-- forbade to pay, and what limitation had run out of, which nobody has an interest in paying (C. civ. 1342-10).
forbidding as materialized (
    select f.* from (
        select k.customer_id, k.invoice_id, coalesce(k.born_before, k.starts_on) as from_on,
               coalesce(least(k.ended_on, k.ends_on + 1), 'infinity') as until_on
        from known k
        where k.kind in ('insolvency', 'limitation') and k.outcome <> 'mistake'
          and (k.ended_on is null or k.ended_on > k.starts_on)
    ) f
    where f.from_on < f.until_on
),
-- Of those who have money: most of whom a claim ran out against have none.
bounds as materialized (
    select f.* from forbidding f where f.customer_id in (select m.customer_id from money m)
),
called as (
    select line.*, max(line.owed) over of_invoice as owed_in_all,
           sum(line.amount) over (of_invoice order by line.received_on, line.id) as up_to_here
    from (
        select o.id as invoice_id, o.customer_id, o.currency, o.issued_on, o.due_on, o.amount as owed, o.coverable,
               null::bigint as id, null::date as received_on, null::numeric as amount
        from owed o
        union all
        select m.names_invoice_id, m.customer_id, m.currency, null, null, null, null, m.id, m.received_on, m.amount
        from money m
    ) line
    window of_invoice as (partition by line.invoice_id, line.customer_id, line.currency)
),
by_name as materialized (
    select c.*, case when c.id is null or c.invoice_id is null or c.owed_in_all is null then 0
                     else least(c.amount, greatest(0, c.owed_in_all - (c.up_to_here - c.amount))) end as covers
    from called c
),
-- Between two days on which a hold begins or ends, all money of a customer may cover the same: a stretch.
rest as materialized (
    select line.*, sum(line.bound) over (partition by line.customer_id order by line.received_on) as stretch
    from (
        select b.customer_id, b.currency, b.id, b.received_on, b.amount - b.covers as amount, 0 as bound from by_name b
        where b.amount > b.covers
        union all
        select f.customer_id, null, null, f.from_on, 0, 1 from bounds f
        union all
        select f.customer_id, null, null, f.until_on, 0, 1 from bounds f
    ) line
),
pools as (
    select s.customer_id, s.currency, array_agg(s.stretch order by s.stretch) as stretches,
           array_agg(s.day order by s.stretch) as days, array_agg(s.amount order by s.stretch) as amounts
    from (
        select r.customer_id, r.currency, r.stretch, min(r.received_on) as day, sum(r.amount) as amount
        from rest r where r.id is not null group by r.customer_id, r.currency, r.stretch
    ) s
    group by s.customer_id, s.currency
),
lined_up as (
    select line.*, range_agg(line.forbidden) filter (where line.invoice_id is not null)
               over (partition by line.invoice_id) as of_invoice,
           array_agg(line.forbidden) filter (where line.invoice_id is null and line.forbidden is not null)
               over (partition by line.customer_id) as of_customer,
           max(line.stretches) over account as turns, max(line.days) over account as days_of_turns,
           max(line.amounts) over account as sums
    from (
        select b.invoice_id, b.customer_id, b.currency, b.issued_on, b.due_on, b.id,
               b.coverable - sum(b.covers) over (partition by b.invoice_id, b.customer_id, b.currency) as amount,
               null::daterange as forbidden, null::bigint[] as stretches, null::date[] as days, null::numeric[] as amounts
        from by_name b
        union all
        select f.invoice_id, f.customer_id, null, null, null, null, null, daterange(f.from_on, f.until_on), null, null, null
        from bounds f
        union all
        select null, p.customer_id, p.currency, null, null, null, null, null, p.stretches, p.days, p.amounts from pools p
    ) line
    window account as (partition by line.customer_id, line.currency)
),
-- One stretch with money after the other, which for most is one: the oldest due first, of what its money may cover and
-- earlier money has left.
turns as (
    select l.invoice_id, l.customer_id, l.currency, l.due_on, l.turns, l.days_of_turns, l.sums, 0 as turn,
           l.amount as still, 0::numeric as took,
           coalesce(l.of_invoice, '{}') + coalesce((
               select range_agg(days) from unnest(l.of_customer) days where l.issued_on < lower(days)
           ), '{}') as forbidden
    from lined_up l
    where l.amount > 0 and l.id is null and l.sums is not null
    union all
    select t.invoice_id, t.customer_id, t.currency, t.due_on, t.turns, t.days_of_turns, t.sums, t.turn + 1,
           t.still - t.takes, t.takes, t.forbidden
    from (
        select c.*, least(c.may_take, greatest(0, c.sums[c.turn + 1] - (sum(c.may_take) over oldest_first - c.may_take))) as takes
        from (
            select t.*, case when t.days_of_turns[t.turn + 1] <@ t.forbidden then 0 else t.still end as may_take
            from turns t where t.still > 0 and t.turn < cardinality(t.sums)
        ) c
        window oldest_first as (partition by c.customer_id, c.currency order by c.due_on, c.invoice_id)
    ) t
),
taken as (
    select t.invoice_id, t.customer_id, t.currency, t.due_on, t.turns[t.turn] as stretch, t.took as amount
    from turns t where t.took > 0
),
-- What is taken and the sums it is taken from, on one line: each piece between two ends belongs to the next of both.
ends as (
    select t.customer_id, t.currency, t.stretch, t.invoice_id, null::bigint as credit_id, null::date as received_on,
           sum(t.amount) over (partition by t.customer_id, t.currency, t.stretch order by t.due_on, t.invoice_id) as ends_at
    from taken t
    union all
    select r.customer_id, r.currency, r.stretch, null, r.id, r.received_on,
           sum(r.amount) over (partition by r.customer_id, r.currency, r.stretch order by r.received_on, r.id)
    from rest r where r.id is not null
),
pieces as (
    select e.*, e.ends_at - lead(e.ends_at, 1, 0::numeric) over back as amount,
           count(e.invoice_id) over back as taker, count(e.credit_id) over back as giver
    from ends e
    window back as (partition by e.customer_id, e.currency, e.stretch order by e.ends_at desc, e.credit_id, e.invoice_id)
),
shares as (
    select * from (
        select p.amount, max(p.invoice_id) over (partition by p.customer_id, p.currency, p.stretch, p.taker) as invoice_id,
               max(p.credit_id) over of_one_sum as credit_id, max(p.received_on) over of_one_sum as received_on
        from pieces p
        window of_one_sum as (partition by p.customer_id, p.currency, p.stretch, p.giver)
    ) share
    where share.amount > 0 and share.invoice_id is not null
)
