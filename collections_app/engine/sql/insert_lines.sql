-- Lines of what opens, then those that join an action open already (unless somebody was quicker).
with joining as materialized (
    select c.action_id, c.invoice_id, c.amount from night_line_changes c where not c.carried
)
insert into actions_actionline (action_id, invoice_id, amount)
select n.action_id, n.invoice_id, n.amount
from night_new_lines n
union all
select n.action_id, n.invoice_id, n.amount
from joining n
join night_actions x on x.id = n.action_id
join actions_action still on still.id = x.id and still.state = x.state
-- plan: one by one (offset 0): they are few, whatever a plan thinks of them, and would else be compared with all lines.
where not exists (
    select from actions_actionline l where l.action_id = n.action_id and l.invoice_id = n.invoice_id offset 0)
