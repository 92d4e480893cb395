-- Invoices an open action no longer carries: paid, covered, held (but by hand), or fallen due under a preventive step.
delete from actions_actionline l using night_actions x
where x.id = l.action_id and x.moves and not x.is_new
  and exists (select from actions_action still where still.id = x.id and still.state = x.state)
  and not exists (select from night_lines n where n.action_id = l.action_id and n.invoice_id = l.invoice_id)
