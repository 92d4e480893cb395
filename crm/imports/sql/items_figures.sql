-- Amounts as the file has them; the ledger holds each at the precision of its currency. A row cleared after the day of
-- the state was still open on it.
select currency, sum(case when cleared_on <= %(as_of)s then 0 else coalesce(exact, open_amount) end) as open_amount,
       sum(case when cleared_on <= %(as_of)s then 0 else open_amount - coalesce(exact, open_amount) end) as rounding,
       count(*) filter (where kind = 'invoice') as invoices,
       count(*) filter (where kind = 'credit_note' and amount <> 0) as credit_notes,
       count(*) filter (where kind = 'payment' and amount <> 0) as payments,
       (select count(*) from item_customer) as customers
from item_named group by currency order by currency
