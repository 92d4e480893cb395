-- And what the cancelled ones carried that come back tonight.
insert into night_carried
select l.action_id, l.invoice_id, l.amount, o.kind, o.customer_id, o.step_offset, o.formal_notice, null::date
from night_openings o
join actions_actionline l on l.action_id = o.id
where not o.is_new
