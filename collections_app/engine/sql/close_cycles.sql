update actions_cycle c set closed_on = %(on)s, by_hand = false
where c.entity_id = %(entity)s and c.closed_on is null /* each c.customer_id */
  and not exists (select 1 from night_accounts a where a.customer_id = c.customer_id and a.currency = c.currency)
