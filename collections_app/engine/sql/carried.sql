-- What the open actions of these customers carry before anything is decided.
select l.action_id, l.invoice_id, l.amount, x.kind, x.customer_id, x.step_offset, x.formal_notice, x.approved_on
from night_open_already x
join actions_actionline l on l.action_id = x.id
where x.kind in ('dunning', 'follow_up', 'preventive', 'manual', 'declaration')
