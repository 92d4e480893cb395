-- What the open actions of these customers carry before anything is decided.
select l.action_id, l.invoice_id, l.level_code, l.reached, l.amount, x.kind, x.customer_id, x.step_offset, x.formal_notice
from (/* open actions */) x
join actions_actionline l on l.action_id = x.id
where x.entity_id = %(entity)s and x.kind in ('dunning', 'preventive', 'manual') /* among x.customer_id */
