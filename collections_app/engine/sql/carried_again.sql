-- And what the cancelled ones carried that come back tonight. One that somebody cancelled since this night read what is open
-- (open_already.sql) comes back as one that opens.
with gone as (
    delete from night_open_already x using night_openings o where x.id = o.id returning x.id
)
insert into night_carried
select l.action_id, l.invoice_id, l.amount, o.kind, o.customer_id, o.step_offset, o.formal_notice, null::date
from night_openings o
join actions_actionline l on l.action_id = o.id
where not o.is_new and o.id not in (select id from gone)
