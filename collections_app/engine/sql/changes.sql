-- What was noted of these customers since somebody looked at them.
select c.entity_id, c.customer_id, c.id from engine_change c
where c.entity_id = %(entity)s and c.customer_id >= %(first_customer)s and c.customer_id < %(end_customer)s
