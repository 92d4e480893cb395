-- What each open action carries tonight. A dunning action: every eligible late invoice of its account (or its one
-- invoice), each at its own level, never above the action's. The others keep their invoices as long as those are owed,
-- not held (but by hand), and not yet due under a preventive step. `turns_on`: when it reaches
-- the action's step (on a later worked day, for a step of worked days); the levels before it: turn_levels.sql.
with ladder as (
    select s.version_id, array_agg(s.offset_days::integer order by s.offset_days) as offsets,
           array_agg(s.code order by s.offset_days) as codes
    from scenarios_step s where s.offset_days >= 0 group by s.version_id
),
dunning as (
    select x.id, x.is_new, x.customer_id, x.currency, x.invoice_id, x.step_code, x.step_offset, x.formal_notice,
           case when s.working_days_only then %(worked)s::date else %(on)s::date end as until, l.offsets, l.codes
    from night_actions x
    left join scenarios_step s on s.version_id = x.version_id and s.code = x.step_code
    left join ladder l on l.version_id = x.version_id
    where x.kind = 'dunning' and x.moves
)
select x.id as action_id, i.invoice_id, x.is_new,
       case when level.offset_days >= x.step_offset then x.step_code else coalesce(level.code, '') end as level_code,
       i.due_on + x.step_offset <= x.until and (i.trusted or not x.formal_notice) as reached,
       i.net_amount as amount, i.due_on,
       case when x.until - i.due_on < x.step_offset then i.due_on + x.step_offset end as turns_on
from dunning x
join night_items i on i.customer_id = x.customer_id and i.currency = x.currency
     and i.overdue and i.held is null
     and (x.invoice_id is null or x.invoice_id = i.invoice_id)
cross join lateral (select width_bucket(x.until - i.due_on, x.offsets) as step) aged
cross join lateral (select x.offsets[aged.step] as offset_days, x.codes[aged.step] as code) level  -- before the first: none
union all
select x.id, p.invoice_id, x.is_new, p.step_code, true, p.net_amount, p.due_on, null
from night_preventive p
join night_actions x on x.customer_id = p.customer_id and x.currency = p.currency and x.step_code = p.step_code
     and x.kind = 'preventive' and x.moves and x.occasion_on = %(on)s and p.opens  -- opened by an earlier run of the day, too
union all
select x.id, l.invoice_id, x.is_new, l.level_code, l.reached, i.net_amount, i.due_on, null
from night_actions x
join night_carried l on l.action_id = x.id
join night_items i on i.invoice_id = l.invoice_id
where x.kind in ('preventive', 'manual') and x.moves and not x.opens and i.net_amount > 0
  and (x.kind = 'manual' or i.held is null and i.due_on >= %(on)s)
