-- Tasks of people who left go back to their team, to be given again tonight.
update actions_action x set owner_id = null
from accounts_user u
where x.entity_id = %(entity)s and x.state in ('todo', 'to_approve', 'scheduled')
  and u.id = x.owner_id and not u.is_active
