-- Amounts as the file has them; the ledger holds each at the precision of its currency.
select currency, sum(exact) as open_amount, sum(open_amount - exact) as rounding,
       count(*) filter (where kind = 'invoice' and amount <> 0) as invoices,
       count(*) filter (where kind = 'credit_note' and amount <> 0) as credit_notes,
       count(*) filter (where kind = 'payment' and amount <> 0) as payments,
       (select count(distinct customer) from item_row) as customers
from item_row group by currency order by currency
