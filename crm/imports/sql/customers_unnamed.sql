-- Rows of accounts the entity does not have and the list gives no name: they would make customers called by their accounts.
with named as materialized (
    select distinct customer from customer_staged where name <> ''
), gone as (
    delete from customer_staged s
    where not exists (
            select from customers_customer c where c.entity_id = %(entity)s and c.external_id = s.customer)
      and not exists (select from named n where n.customer = s.customer)
    returning line, customer
)
select line, customer, count(*) over () as of_all from gone order by line limit %(kept)s
