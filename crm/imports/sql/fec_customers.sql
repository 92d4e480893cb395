with made as (
    insert into customers_customer (entity_id, external_id, name, kind, siren, siret, vat_number, language, time_zone, country,
        city, category, tags, attributes, created_at)
    select %(entity)s, left(customer, 60), left(coalesce(nullif(name, ''), customer), 200), 'professional', '', '', '', '', '',
           '', '', '', '{}', '{}', %(at)s
    from (select distinct on (customer) customer, name from fec_line order by customer, name = '', line desc) as met
    on conflict (entity_id, external_id) do nothing
    returning id
)
insert into imports_newcustomer (batch_id, customer_id) select %(batch)s, id from made
