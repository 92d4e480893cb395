-- A customer merged into another stands for him.
insert into customers_address (customer_id, channel, value, preferred, invalid_reason, consent)
select distinct coalesce(c.merged_into_id, c.id), v.channel, v.value, false, '', 'unknown'
from item_staged s
join customers_customer c on c.entity_id = %(entity)s and c.external_id = s.customer
cross join lateral (values ('email', lower(s.email)), ('phone', s.phone)) as v (channel, value)
where (s.email <> '' or s.phone <> '') and v.value <> '' and (v.channel <> 'email' or v.value like '%%_@_%%')
on conflict (customer_id, channel, value) do nothing
