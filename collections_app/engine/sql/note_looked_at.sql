-- Whom the date alone brings is noted as well, in the transaction that moves his date on: who takes the night up after
-- this one was killed looks at him again. Forgotten with the rest of what was noted.
with noted as (
    insert into engine_change (entity_id, customer_id)
    select %(entity)s, c.customer_id from night_customers c
    where not exists (select from night_changes n where n.customer_id = c.customer_id)
    returning entity_id, customer_id, id
)
insert into night_changes (entity_id, customer_id, id) select entity_id, customer_id, id from noted
