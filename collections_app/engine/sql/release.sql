-- Tasks of people who left, or whose role no longer works on customers, go back to their team, to be given again tonight.
update actions_action x set owner_id = null
where x.entity_id = %(entity)s and x.state in ('todo', 'to_approve')
  and x.owner_id = any(array(
      select id from accounts_user except select id from accounts_workers(%(entity)s, %(working)s::text[])
  ))
  /* range x.customer_id */
