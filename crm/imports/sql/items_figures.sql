select currency, sum(open_amount) as open_amount, count(*) filter (where kind = 'invoice') as invoices,
       count(*) filter (where kind = 'credit_note') as credit_notes, count(*) filter (where kind = 'payment') as payments,
       (select count(distinct customer) from item_row) as customers
from item_row group by currency order by currency
