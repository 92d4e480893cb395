-- The last name a customer is given in the file; in the order of the accounts, so that the rows written for the customers
-- fill the indexes from one side.
with met as (
    select coalesce(nullif(auxiliary, ''), account) as customer, max(line) filter (where name <> '') as line
    from fec_staged where account like any (%(receivables)s) group by 1
), made as (
    insert into customers_customer (entity_id, external_id, name, kind, siren, siret, vat_number, language, time_zone, country,
        city, category, tags, attributes, created_at)
    select %(entity)s, left(m.customer, 60), left(coalesce(s.name, m.customer), 200), 'professional', '', '', '', '', '',
           '', '', '', '{}', '{}', %(at)s
    from met m left join fec_staged s using (line)
    where not exists (
        select from customers_customer c where c.entity_id = %(entity)s and c.external_id = left(m.customer, 60))
    order by m.customer
    on conflict (entity_id, external_id) do nothing
    returning id
)
insert into imports_newcustomer (batch_id, customer_id) select %(batch)s, id from made
