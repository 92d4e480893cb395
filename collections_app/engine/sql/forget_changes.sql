-- What this night has looked at; what was noted meanwhile stays for the next one.
delete from engine_change c using night_changes n
where c.entity_id = n.entity_id and c.customer_id = n.customer_id and c.id = n.id
