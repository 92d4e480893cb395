-- Some promises, and whether each was kept by a day, as CTEs that end in `promised`: one row per promise and currency,
-- `kept` of the whole promise, `kept_in_it` of what it is about in that currency. One made of several invoices in one go is one promise. What it is about: its
-- invoices, or what the customer owed late when he made it, less what a dispute, a plan, proceedings, the law or
-- limitation held then. It is kept once nothing of that is left, or the amount that was promised came. What counts is the day
-- the money came, not that on which it was applied: of a list, the earliest it may have been; what is not yet applied
-- covers as in net_open_items.sql (what it names, then the oldest due). One taken back as a mistake is none; `lifted`: by its
-- day, when it was no promise any more, unless it was kept by then.
-- plan: what each of a few promises is about by key (offset 0), also where a night has no nested loops for whole sets.
said as materialized (
    select h.customer_id, h.created_at, h.starts_on, h.ends_on, h.invoice_id, h.born_before, h.amount, h.currency,
           h.outcome = 'lifted' and h.ended_on <= h.ends_on as lifted, /* kept by */ as by_on
    from holds_hold h
    where h.entity_id = %(entity)s and h.kind = 'promise' and h.outcome <> 'mistake' /* which */
),
about as materialized (
    select s.*, i.id, i.currency as owed_in, i.amount as invoiced, i.settled_on, i.due_on
    from said s
    cross join lateral (select * from receivables_invoice i where i.id = s.invoice_id offset 0) i
    where s.amount is null or i.currency = s.currency
    union all
    select s.*, i.id, i.currency, i.amount, i.settled_on, i.due_on
    from said s
    cross join lateral (
        select * from receivables_invoice i
        where i.customer_id = s.customer_id and i.due_on < s.starts_on
          and (i.settled_on is null or i.settled_on >= s.starts_on)
          and (s.born_before is null or i.issued_on < s.born_before)
        offset 0
    ) i
    where s.invoice_id is null and (s.amount is null or i.currency = s.currency)
      and not exists (
          select from holds_hold o
          where o.customer_id = s.customer_id and o.kind not in ('promise', 'manual') and o.outcome <> 'mistake'
            and o.starts_on <= s.starts_on and (o.ends_on is null or o.ends_on >= s.starts_on)
            and (o.ended_on is null or o.ended_on > s.starts_on)
            and (o.invoice_id = i.id or o.invoice_id is null and (o.born_before is null or i.issued_on < o.born_before))
          offset 0
      )
),
-- Of most that were kept the invoice says so.
balances as materialized (
    select a.*, case when a.settled_on <= a.by_on then 0 else a.invoiced + coalesce(m.by_then, 0) end as still,
           case when a.amount is not null then a.invoiced + coalesce(m.before, 0) end as at_first
    from about a
    left join lateral (
        select sum(d.amount) filter (where d.came_on <= a.by_on) as by_then,
               sum(d.amount) filter (where d.came_on < a.starts_on) as before
        from (
            select m.amount, coalesce(c.received_on, m.earliest_on, m."on") as came_on
            from receivables_movement m left join receivables_credit c on c.id = m.credit_id
            where m.invoice_id = a.id and (a.settled_on is null or a.settled_on > a.by_on or a.amount is not null)
        ) d
    ) m on true
),
by_promise as materialized (
    select b.customer_id, b.created_at, b.ends_on, b.owed_in, min(b.starts_on) as starts_on, min(b.by_on) as by_on,
           sum(b.still) as still, max(b.amount) as amount, sum(b.at_first - b.still) as came, bool_or(b.lifted) as lifted
    from balances b
    group by b.customer_id, b.created_at, b.ends_on, b.owed_in
),
unapplied as materialized (
    select p.customer_id, p.created_at, p.ends_on, p.owed_in, p.by_on, sum(c.open_amount) as money,
           sum(c.open_amount) filter (where c.received_on >= p.starts_on) as came
    from by_promise p
    cross join lateral (
        select * from receivables_credit c
        where c.entity_id = %(entity)s and c.customer_id = p.customer_id and c.currency = p.owed_in
          and c.open_amount > 0 and c.received_on <= p.by_on
        offset 0
    ) c
    where p.still > 0
    group by p.customer_id, p.created_at, p.ends_on, p.owed_in, p.by_on
),
-- What such money may cover: what is left of the promised, and what else is open, but for what is disputed.
coverable as (
    select u.customer_id, u.created_at, u.ends_on, u.owed_in, u.by_on, u.money, b.id, b.due_on, b.still as open,
           true as promised
    from unapplied u join balances b using (customer_id, created_at, ends_on, owed_in)
    where b.still > 0
    union all
    select u.customer_id, u.created_at, u.ends_on, u.owed_in, u.by_on, u.money, i.id, i.due_on, i.open_amount, false
    from unapplied u
    cross join lateral (
        select * from receivables_invoice i
        where i.entity_id = %(entity)s and i.customer_id = u.customer_id and i.currency = u.owed_in and i.settled_on is null
        offset 0
    ) i
    where not exists (
        select from balances b
        where b.id = i.id and (b.customer_id, b.created_at, b.ends_on) = (u.customer_id, u.created_at, u.ends_on)
    )
    and not exists (
        select from holds_hold o
        where o.customer_id = u.customer_id and o.kind = 'dispute' and o.outcome <> 'mistake' and o.starts_on <= u.by_on
          and (o.ends_on is null or o.ends_on >= u.by_on) and (o.ended_on is null or o.ended_on > u.by_on)
          and (o.invoice_id = i.id or o.invoice_id is null and (o.born_before is null or i.issued_on < o.born_before))
        offset 0
    )
),
named as (
    select c.*, least(c.open, coalesce(n.amount, 0)) as by_name
    from coverable c
    left join lateral (
        select sum(m.open_amount) as amount from receivables_credit m
        where m.names_invoice_id = c.id and m.open_amount > 0 and m.received_on <= c.by_on
    ) n on true
),
lined_up as (
    select n.*, sum(n.by_name) over promise as named_in_all,
           sum(n.open - n.by_name) over (promise order by n.due_on, n.id) as up_to_here
    from named n
    window promise as (partition by n.customer_id, n.created_at, n.ends_on, n.owed_in)
),
uncovered as (
    select l.customer_id, l.created_at, l.ends_on, l.owed_in
    from lined_up l
    where l.promised and l.open > l.by_name and l.up_to_here > l.money - l.named_in_all
    group by l.customer_id, l.created_at, l.ends_on, l.owed_in
),
by_currency as (
    select p.customer_id, p.created_at, p.ends_on, p.owed_in as currency, p.lifted,
           p.still <= 0 or u.money is not null and x.customer_id is null
           or coalesce(p.came + least(coalesce(u.came, 0), p.still) >= p.amount, false) as kept
    from by_promise p
    left join unapplied u using (customer_id, created_at, ends_on, owed_in)
    left join uncovered x using (customer_id, created_at, ends_on, owed_in)
),
promised as (
    select b.customer_id, b.created_at, b.ends_on, b.currency, b.lifted, b.kept as kept_in_it,
           bool_and(b.kept) over (partition by b.customer_id, b.created_at, b.ends_on) as kept
    from by_currency b
)
