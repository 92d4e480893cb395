-- Whose group alone may change by the date: nothing else is asked of them unless it does.
select m.customer_id from segments_membership m
where m.entity_id = %(entity)s and m.turns_on <= %(on)s and m.to_on is null
  and m.customer_id >= %(first_customer)s and m.customer_id < %(end_customer)s
union
select customer_id from night_customers
