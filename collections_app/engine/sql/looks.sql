-- The first date on which each account may stand differently though nothing is changed in the books: an invoice falls due,
-- a step before a due date is reached, what the next step waits for (its age, the end of a gap, a worked day), a hold that
-- begins or ends, a reason of an open action, what this night opened for one invoice, money dated ahead that begins to count.
with step as materialized (  -- plan: once per due date and version, not per invoice
    select d.due_on, s.version_id,
           min(case when s.working_days_only
                    then greatest((%(next_worked)s::date[])[1],
                         (%(last_worked)s::date[])[1 + least(reached.days, cardinality(%(last_worked)s::date[]) - 1)])
                    else %(on)s::date + reached.days end) as look_on
    from (select distinct i.due_on from night_items i where i.due_on >= %(on)s) d
    join scenarios_step s on s.offset_days < 0
    cross join lateral (select greatest(d.due_on + s.offset_days, d.due_on - 120) - %(on)s::date as days) reached
    where reached.days > 0
    group by d.due_on, s.version_id
),
-- plan: before the steps are asked, for every group with every due date would be many more than the invoices.
coming as materialized (
    select i.customer_id, i.currency, i.due_on, g.version_id
    from night_items i
    join night_groups g on g.customer_id = i.customer_id
    where i.due_on >= %(on)s and i.net_amount > 0 and i.held is null and i.trusted
),
found as (
    select s.customer_id, s.currency, s.next_due_on + 1 as look_on from night_standing s where s.next_due_on is not null
    union all
    -- What an earlier run of the day opened is told tomorrow (record_decisions.sql).
    -- What is due on a day not worked is said to wait for the next one from that day on.
    select d.customer_id, d.currency,
           case when d.wait_on > %(on)s then d.wait_on else coalesce(d.next_look_on, %(on)s::date + 1) end
    from night_decided d where d.next_look_on is not null or d.decided = 'action_open' and d.busy_since = %(on)s
    union all
    select n.customer_id, n.currency, case when n.opens then %(on)s::date + 1 else n.look_on end
    from night_invoices n where n.opens or n.look_on is not null
    union all
    select r.customer_id, r.currency, r.turns_on from night_ranks r where r.turns_on is not null
    union all
    select h.customer_id, s.currency, h.turns_on
    from (
        select h.customer_id,
               min(case when h.starts_on > %(on)s then h.starts_on else least(h.ends_on + 1, h.ended_on) end) as turns_on
        from holds_hold h
        where h.entity_id = %(entity)s and (h.ended_on is null or h.ended_on > %(on)s) /* among h.customer_id */
          and (h.starts_on > %(on)s or h.ends_on >= %(on)s or h.ended_on > %(on)s)
        group by h.customer_id
    ) h
    join night_standing s on s.customer_id = h.customer_id
    union all
    select s.customer_id, s.currency, m.comes_on
    from (
        select c.customer_id, c.currency, min(c.received_on) as comes_on
        from receivables_credit c
        where c.entity_id = %(entity)s and c.open_amount > 0 and c.received_on > %(on)s /* among c.customer_id */
        group by c.customer_id, c.currency
    ) m
    join night_standing s on s.customer_id = m.customer_id and s.currency = m.currency
    union all
    select p.customer_id, p.currency, (%(next_worked)s::date[])[1] from night_preventive p where not p.opens
    union all
    select c.customer_id, c.currency, p.look_on from coming c join step p on p.version_id = c.version_id and p.due_on = c.due_on
)
select f.customer_id, f.currency, greatest(min(f.look_on), %(on)s::date + 1) as look_on
from found f group by f.customer_id, f.currency
