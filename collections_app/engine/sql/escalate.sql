-- A task not done in time, or above the limit of its step (in the entity's currency), passes once to the supervisor of
-- its team.
with waiting as (
    select x.id, t.supervisor_id,
           coalesce(coalesce(converted(x.amount, x.currency, e.currency, %(on)s::date), x.amount) > s.escalate_above, false)
               as above,
           coalesce(x.opened_on + s.escalate_after_days <= %(on)s, false) as late
    from actions_action x
    join accounts_entity e on e.id = x.entity_id
    join scenarios_step s on s.version_id = x.scenario_version_id and s.code = x.step_code
    join accounts_team t on t.id = x.team_id
    join accounts_user u on u.id = t.supervisor_id and u.is_active and (u.is_superuser or u.role = any(%(working)s::text[]))
    where x.entity_id = %(entity)s and x.state in ('todo', 'to_approve') and x.escalated_on is null
      and (s.escalate_above is not null or s.escalate_after_days is not null)
)
update actions_action x
set owner_id = w.supervisor_id, escalated_on = %(on)s,
    escalation_reason = case when w.above then 'above_limit' else 'not_done_in_time' end
from waiting w
where x.id = w.id and (w.above or w.late) and x.state in ('todo', 'to_approve') and x.escalated_on is null
