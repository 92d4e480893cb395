-- What the open actions of these customers carry before anything is decided. (Open in two words, here and in the other
-- statements: each has an index of its own, without what was closed over the years.)
select l.action_id, l.invoice_id, l.amount, x.kind, x.customer_id, x.step_offset, x.formal_notice
from actions_action x
join actions_actionline l on l.action_id = x.id
where x.entity_id = %(entity)s and (x.state in ('todo', 'to_approve') or x.state = 'scheduled')
  and x.kind in ('dunning', 'preventive', 'manual') /* among x.customer_id */
