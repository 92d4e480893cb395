-- Customers kept back at some time with an amount no rate was known for, by its currency.
select b.unrated as currency, count(distinct b.customer_id) as number
from simulated_block b where b.unrated is not null group by b.unrated
