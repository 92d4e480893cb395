-- What is still open at the end, what had no person, and who was kept back at some time.
select count(*) as open, count(*) filter (where x.owner_id is null and x.state in ('todo', 'to_approve')) as unassigned,
       (select count(distinct b.customer_id) from simulated_block b) as kept_back
from actions_action x where x.entity_id = %(entity)s and x.state in ('todo', 'to_approve', 'scheduled')
