-- In the order of their accounts: the rows written for them then fill the indexes from one side.
with made as (
    insert into customers_customer (entity_id, external_id, name, kind, siren, siret, vat_number, language, time_zone, country,
        city, category, tags, attributes, created_at)
    select %(entity)s, k.customer, coalesce(nullif(k.name, ''), k.customer), coalesce(nullif(k.kind, ''), 'professional'),
           '', '', '', '', '', '', '', '', '{}', '{}', %(at)s
    from item_customer k
    where not exists (
        select from customers_customer c where c.entity_id = %(entity)s and c.external_id = k.customer)
    order by k.customer
    on conflict (entity_id, external_id) do nothing
    returning id
)
insert into imports_newcustomer (batch_id, customer_id) select %(batch)s, id from made
