-- Tasks of people who left go back to their team, to be given again tonight.
update actions_action x set owner_id = null
where exists (select 1 from accounts_user where not is_active)  -- else nothing is read
  and x.entity_id = %(entity)s and x.state in ('todo', 'to_approve')
  and x.owner_id = any(array(select u.id from accounts_user u where not u.is_active))
  /* range x.customer_id */
