-- A customer met under several names gets the one met most often, the first in the alphabet where two are; so with natures
-- ("consumer", whom the law protects, comes before "professional").
create temporary table item_customer on commit drop as
select distinct on (customer) customer, name, coalesce(said.kind, '') as kind
from (select customer, name, count(*) as met from item_staged group by customer, name) as names
left join (
    select distinct on (customer) customer, customer_kind as kind
    from (select customer, customer_kind, count(*) as met from item_staged where customer_kind <> '' group by customer, customer_kind) as kinds
    order by customer, met desc, customer_kind
) said using (customer)
order by customer, name = '', met desc, name
