delete from actions_actionline l
using night_line_changes c
join night_actions x on x.id = c.action_id and x.moves
join actions_action still on still.id = x.id and still.state = x.state
where l.action_id = c.action_id and l.invoice_id = c.invoice_id and c.amount is null
