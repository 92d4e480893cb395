-- A customer met under several names gets the one met most often.
with made as (
    insert into customers_customer (entity_id, external_id, name, kind, siren, siret, vat_number, language, time_zone, country,
        city, category, tags, attributes, created_at)
    select %(entity)s, customer, coalesce(mode() within group (order by name) filter (where name <> ''), customer),
           'professional', '', '', '', '', '', '', '', '', '{}', '{}', %(at)s
    from item_row group by customer
    on conflict (entity_id, external_id) do nothing
    returning id
)
insert into imports_newcustomer (batch_id, customer_id) select %(batch)s, id from made
