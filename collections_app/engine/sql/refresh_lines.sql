update actions_actionline l set level_code = n.level_code, reached = n.reached, amount = n.amount
from night_lines n
join night_actions x on x.id = n.action_id and not x.is_new
join actions_action still on still.id = x.id and still.state = x.state
where l.action_id = n.action_id and l.invoice_id = n.invoice_id
  and (l.level_code, l.reached, l.amount) is distinct from (n.level_code, n.reached, n.amount)
