-- The open cycles of these customers.
/* for each */
select c.id, c.customer_id, c.currency, c.opened_on, c.passed_offset, c.by_hand from actions_cycle c
where c.entity_id = %(entity)s and c.closed_on is null /* found c.customer_id */
