-- Invoices an open action no longer carries: paid, covered, held (but by hand), or fallen due under a preventive step.
delete from actions_actionline l
using night_carried c
join night_actions x on x.id = c.action_id and x.moves
join actions_action still on still.id = x.id and still.state = x.state
where l.action_id = c.action_id and l.invoice_id = c.invoice_id
  and not exists (select from night_lines n where n.action_id = c.action_id and n.invoice_id = c.invoice_id)
