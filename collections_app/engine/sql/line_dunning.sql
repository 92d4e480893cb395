-- What each open dunning action carries tonight: every eligible late invoice of its account (or its one invoice),
-- each at its own level, never above the action's. What a person has approved stays as he saw it: if the balance
-- moved since, its message is handed back to him.
with levels as (
    select s.version_id, s.code, s.offset_days as from_offset, s.working_days_only,
           lead(s.offset_days) over (partition by s.version_id order by s.offset_days) as to_offset
    from scenarios_step s where s.offset_days >= 0
),
open_action as (
    select x.id, x.customer_id, x.currency, x.invoice_id, x.step_code, x.step_offset, x.scenario_version_id, x.formal_notice,
           case when s.working_days_only then %(worked)s::date else %(on)s::date end as until
    from actions_action x
    left join scenarios_step s on s.version_id = x.scenario_version_id and s.code = x.step_code
    where x.entity_id = %(entity)s and x.kind = 'dunning'
      and (x.state in ('todo', 'to_approve') or x.state = 'scheduled' and x.mode = 'automatic')
)
insert into actions_actionline as l (action_id, invoice_id, level_code, reached, amount)
select x.id, i.invoice_id,
       case when level.from_offset >= x.step_offset then x.step_code else coalesce(level.code, '') end,
       i.due_on + x.step_offset <= x.until and (i.trusted or not x.formal_notice),
       i.net_amount
from open_action x
join night_items i on i.customer_id = x.customer_id and i.currency = x.currency
     and i.due_on < %(on)s and i.net_amount > 0 and i.held is null
     and (x.invoice_id is null or x.invoice_id = i.invoice_id)
left join levels level on level.version_id = x.scenario_version_id
     and (x.until - i.due_on) >= level.from_offset
     and ((x.until - i.due_on) < level.to_offset or level.to_offset is null)
on conflict (action_id, invoice_id) do update
set level_code = excluded.level_code, reached = excluded.reached, amount = excluded.amount
where (l.level_code, l.reached, l.amount) is distinct from (excluded.level_code, excluded.reached, excluded.amount)
