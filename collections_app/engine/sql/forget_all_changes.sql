-- Everybody is looked at from here on (again, should this night fail): what was noted so far is of no use.
delete from engine_change c
where c.entity_id = %(entity)s and c.customer_id >= %(first_customer)s and c.customer_id < %(end_customer)s
