-- Invoices an open action no longer carries: paid, covered, held (but by hand), or fallen due under a preventive step.
delete from actions_actionline l using actions_action x
where x.id = l.action_id and x.entity_id = %(entity)s and x.kind in ('dunning', 'preventive', 'manual')
  and (x.state in ('todo', 'to_approve') or x.state = 'scheduled' and x.mode = 'automatic')
  and not exists (
      select 1 from night_items i
      where i.invoice_id = l.invoice_id and i.net_amount > 0
        and (x.kind = 'manual' or i.held is null and (i.due_on < %(on)s) = (x.kind = 'dunning'))
  )
