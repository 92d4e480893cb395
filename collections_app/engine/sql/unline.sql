-- Invoices an open action no longer carries: paid, covered, held, or fallen due under a preventive step.
delete from actions_actionline l using actions_action x
where x.id = l.action_id and x.entity_id = %(entity)s and x.kind in ('dunning', 'preventive')
  and x.state in ('todo', 'to_approve', 'scheduled')
  and not exists (
      select 1 from night_items i
      where i.invoice_id = l.invoice_id and i.net_amount > 0 and i.held is null
        and (i.due_on < %(on)s) = (x.kind = 'dunning')
  )
