-- The amount of each invoice an open action announces or a person chose; those of dunning steps are already tonight's.
update actions_actionline l set amount = i.net_amount
from actions_action x, night_items i
where x.id = l.action_id and i.invoice_id = l.invoice_id and x.entity_id = %(entity)s
  and x.kind in ('preventive', 'manual')
  and (x.state in ('todo', 'to_approve') or x.state = 'scheduled' and x.mode = 'automatic')
  and i.net_amount > 0 and l.amount <> i.net_amount
