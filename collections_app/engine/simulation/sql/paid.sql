-- The money that came in during the days lived through.
select count(*) as movements, count(distinct i.customer_id) as customers,
       coalesce(-sum(case when i.currency = %(books_in)s then m.amount
                          else converted(m.amount, i.currency, %(books_in)s, m.known_on) end), 0) as amount
from simulated_movement m join receivables_invoice i on i.id = m.invoice_id
where m.known_on > %(from)s and m.known_on <= %(until)s
