update actions_action x
set step_offset = o.step_offset, formal_notice = o.formal_notice, state = o.state, channel = o.by_channel, mode = o.mode,
    template_id = o.template_id, scenario_version_id = o.version_id, group_id = o.group_id, address_id = o.address_id,
    amount = r.amount, oldest_due_on = r.oldest_due_on, weight = r.weight, late_since_on = r.late_since_on,
    reasons = r.reasons, opened_on = %(on)s, reopened_on = null,
    closed_at = null, closed_by_id = null, outcome = '', approved_on = null, snoozed_until = null, escalated_on = null, escalation_reason = '',
    owner_id = r.owner_id, team_id = r.team_id, run_id = %(run)s
from night_openings o
join night_ranks r on r.id = o.id
where x.id = o.id and not o.is_new and x.state = 'cancelled'
  -- plan: by key, whatever was closed over the years
  and x.id = any(array(select back.id from night_openings back where not back.is_new))
