-- Rows of a list that names no customers, of accounts the entity does not have: they would make customers without a name.
with gone as (
    delete from customer_staged s where not exists (
        select from customers_customer c where c.entity_id = %(entity)s and c.external_id = s.customer)
    returning line, customer
)
select line, customer, count(*) over () as of_all from gone order by line limit %(kept)s
