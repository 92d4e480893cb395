select count(*) as invoices,
       coalesce(sum(case when i.currency = %(books_in)s then i.amount
                         else converted(i.amount, i.currency, %(books_in)s, i.issued_on) end), 0) as amount
from simulated_invoice i where i.issued_on >= %(from)s and i.issued_on < %(until)s and %(kind)s = 'replay'
