-- What is still open at the end, and what had no person.
select count(*) as open, count(*) filter (where x.owner_id is null and x.state in ('todo', 'to_approve')) as unassigned
from actions_action x where x.entity_id = %(entity)s and x.state in ('todo', 'to_approve', 'scheduled')
