-- Tasks of people who left, or whose role no longer works on customers, go back to their team, to be given again tonight.
update actions_action x set owner_id = null
where x.entity_id = %(entity)s and x.state in ('todo', 'to_approve')
  and x.owner_id = any(array(
      select u.id from accounts_user u where not (u.is_active and (u.is_superuser or u.role = any(%(working)s::text[])))
  ))
  /* range x.customer_id */
