-- A task not done in time, or above the limit of its step, passes once to the supervisor of its team.
update actions_action x
set owner_id = t.supervisor_id, escalated_on = %(on)s,
    escalation_reason = case when x.amount > s.escalate_above then 'above_limit' else 'not_done_in_time' end
from scenarios_step s, accounts_team t
where x.entity_id = %(entity)s and x.state in ('todo', 'to_approve') and x.escalated_on is null
  and s.version_id = x.scenario_version_id and s.code = x.step_code
  and t.id = x.team_id and t.supervisor_id is not null
  and (x.opened_on + s.escalate_after_days <= %(on)s or x.amount > s.escalate_above)
