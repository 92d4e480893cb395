-- A customer merged into another stands for him. `own`: it is the account of whom it is.
create temporary table item_owner on commit drop as
select k.customer, coalesce(c.merged_into_id, c.id) as customer_id, c.merged_into_id is null as own
from item_customer k join customers_customer c on c.entity_id = %(entity)s and c.external_id = k.customer
