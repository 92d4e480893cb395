update actions_actionline l set amount = n.amount
from night_lines n
join night_carried c on c.action_id = n.action_id and c.invoice_id = n.invoice_id
join night_actions x on x.id = n.action_id
join actions_action still on still.id = x.id and still.state = x.state
where l.action_id = n.action_id and l.invoice_id = n.invoice_id
  and c.amount <> n.amount
