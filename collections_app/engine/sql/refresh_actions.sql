-- Actions opened on an earlier night: amount, weight, reasons and owner, where they differ. What somebody has closed or
-- taken or handed back meanwhile is left alone.
update actions_action x
set amount = r.amount, oldest_due_on = r.oldest_due_on, weight = r.weight, late_since_on = r.late_since_on,
    reasons = r.reasons, owner_id = coalesce(x.owner_id, case when b.owner_id is null then r.owner_id end),
    team_id = coalesce(x.team_id, case when b.team_id is null then r.team_id end)
from night_actions b
join night_ranks r on r.id = b.id
where x.id = b.id and not b.opens and x.state = b.state
  and (b.amount, b.oldest_due_on, b.weight, b.late_since_on, b.reasons, b.owner_id, b.team_id)
      is distinct from (r.amount, r.oldest_due_on, r.weight, r.late_since_on, r.reasons, r.owner_id, r.team_id)
