select currency, count(*) as payments, -sum(amount) as open_amount,
       (select count(distinct customer_id) from payment_row) as customers
from payment_row group by currency
