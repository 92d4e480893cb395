-- In which currencies, other than that of its books, an entity has open items, and of how many customers.
select currency, count(distinct customer_id) as debtors
from receivables_invoice
where entity_id = %(entity)s and settled_on is null and currency <> %(books_in)s
group by currency
order by currency
