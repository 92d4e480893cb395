-- New customers, where all of them are called by their accounts; not where most of these are names themselves.
with brought as materialized (
    select c.external_id, c.name
    from imports_newcustomer n join customers_customer c on c.id = n.customer_id where n.batch_id = %(batch)s
)
select count(*) as customers, array_to_string((array_agg(name order by name))[1:3], ', ') as accounts
from brought
where not exists (select from brought where name <> external_id)
having 2 * count(*) filter (where name ~ '[[:space:]]') < count(*)
