-- The first day of an invoice of each entity, by currency; days on which nothing is left of what was undone are none.
select d.entity_id, d.currency, min(d."on") as first_on
from (
    select t.entity_id, t.currency, t."on" from receivables_daytally t
    where t.entity_id = any(%(entities)s) and t.item = 'owed_invoice'
    group by t.entity_id, t.currency, t."on" having sum(t.number) > 0
) d
group by d.entity_id, d.currency
