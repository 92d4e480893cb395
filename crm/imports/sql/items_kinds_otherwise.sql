-- Rows that give their customer another nature than he has after all, the first of each customer.
select line, nature, known
from (
    select distinct on (c.id) s.line, s.nature, c.kind as known
    from item_staged s join item_owner o using (customer) join customers_customer c on c.id = o.customer_id
    where s.customer_kind <> '' and s.customer_kind <> c.kind
    order by c.id, s.line
) as met
order by line limit %(most)s
