update actions_actionline l set amount = c.amount
from night_line_changes c
join night_actions x on x.id = c.action_id
join actions_action still on still.id = x.id and still.state = x.state
where l.action_id = c.action_id and l.invoice_id = c.invoice_id and c.carried and c.amount is not null
