-- A customer merged into another stands for him.
create temporary table item_owner on commit drop as
select k.customer, coalesce(c.merged_into_id, c.id) as customer_id
from item_customer k join customers_customer c on c.entity_id = %(entity)s and c.external_id = k.customer
