-- Actions opened on an earlier night: amount, weight, reasons and owner, where they differ. What somebody has closed or
-- taken or handed back meanwhile is left alone.
with changed as materialized (  -- plan: before the actions themselves are read: few do
    select r.*, b.state, b.owner_id as owner_before, b.team_id as team_before
    from night_actions b
    join night_ranks r on r.id = b.id
    where not b.opens
      and (b.amount, b.oldest_due_on, b.weight, b.late_since_on, b.reasons, b.owner_id, b.team_id)
          is distinct from (r.amount, r.oldest_due_on, r.weight, r.late_since_on, r.reasons, r.owner_id, r.team_id)
)
update actions_action x
set amount = c.amount, oldest_due_on = c.oldest_due_on, weight = c.weight, late_since_on = c.late_since_on,
    reasons = c.reasons, team_id = case when x.team_id is not distinct from c.team_before then c.team_id else x.team_id end,
    owner_id = case when x.owner_id is not distinct from c.owner_before then c.owner_id else x.owner_id end
from changed c
where x.id = any(array(select id from changed)) and x.id = c.id and x.state = c.state  -- plan: by key, whatever is guessed of them
