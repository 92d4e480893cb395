-- A customer met under several names gets the one met most often, the first in the alphabet where two are.
create temporary table item_customer on commit drop as
select distinct on (customer) customer, name
from (select customer, name, count(*) as met from item_staged group by customer, name) as names
order by customer, name = '', met desc, name
