select (select count(distinct customer) from customer_staged) as customers,
       count(*) filter (where is_new) as customers_new, count(*) filter (where not is_new) as customers_changed
from customer_touched
