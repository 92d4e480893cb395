-- How many customers the night of each entity is about, up to a number; entities without any are left out.
select e.code, n.number
from accounts_entity e cross join lateral (
    select count(*) as number from (
        select from customers_customer c where c.entity_id = e.id and c.merged_into_id is null limit %(most)s) c
) n
where e.id = any(%(entities)s) and n.number > 0
order by e.code
