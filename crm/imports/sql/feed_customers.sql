-- Customers as another system knows them. A field that is not given stays as it is; rows that differ in nothing are
-- not touched. Those of an account merged into another correct the customer who stands for it, where his own row says
-- nothing, and erase nothing of his. What is written is told in the timeline and to whoever keeps figures of the customer.
with rows as (
    select element ->> 'external_id' as account, coalesce(kept.external_id, element ->> 'external_id') as external_id,
           kept.id is null as own, place, element
    from jsonb_array_elements(%(rows)s::jsonb) with ordinality given (element, place)
    left join customers_customer c on c.entity_id = %(entity)s and c.external_id = element ->> 'external_id'
    left join customers_customer kept on kept.id = c.merged_into_id
), said as (
    select external_id, jsonb_object_agg(field.key, field.value order by own, place) as row
    from rows cross join lateral jsonb_each(element) field
    where own or field.value not in ('""', 'null', '[]', '{}')
    group by external_id
), given as materialized (
    select external_id, row,
           case when row ? 'tags' then array(select jsonb_array_elements_text(row -> 'tags')) end as tags,
           (row ->> 'collector_id')::bigint as collector_id
    from said
), changed as (
    update customers_customer c set
        name = coalesce(row ->> 'name', c.name), kind = coalesce(row ->> 'kind', c.kind),
        siren = coalesce(row ->> 'siren', c.siren), siret = coalesce(row ->> 'siret', c.siret),
        vat_number = coalesce(row ->> 'vat_number', c.vat_number), language = coalesce(row ->> 'language', c.language),
        time_zone = coalesce(row ->> 'time_zone', c.time_zone), country = coalesce(row ->> 'country', c.country),
        city = coalesce(row ->> 'city', c.city), category = coalesce(row ->> 'category', c.category),
        tags = coalesce(given.tags, c.tags), attributes = coalesce(row -> 'attributes', c.attributes),
        collector_id = case when row ? 'collector_id' then given.collector_id else c.collector_id end
    from given
    where c.entity_id = %(entity)s and c.external_id = given.external_id
      and (c.name, c.kind, c.siren, c.siret, c.vat_number, c.language, c.time_zone, c.country, c.city, c.category,
           c.tags::text[], c.attributes, c.collector_id)
          is distinct from
          (coalesce(row ->> 'name', c.name), coalesce(row ->> 'kind', c.kind), coalesce(row ->> 'siren', c.siren),
           coalesce(row ->> 'siret', c.siret), coalesce(row ->> 'vat_number', c.vat_number),
           coalesce(row ->> 'language', c.language), coalesce(row ->> 'time_zone', c.time_zone),
           coalesce(row ->> 'country', c.country), coalesce(row ->> 'city', c.city),
           coalesce(row ->> 'category', c.category), coalesce(given.tags, c.tags::text[]),
           coalesce(row -> 'attributes', c.attributes),
           case when row ? 'collector_id' then given.collector_id else c.collector_id end)
    returning c.id, c.entity_id, c.external_id, false as created
), added as (
    insert into customers_customer (
        entity_id, external_id, name, kind, siren, siret, vat_number, language, time_zone, country, city, category,
        tags, attributes, collector_id, created_at)
    select %(entity)s, external_id, row ->> 'name', coalesce(row ->> 'kind', 'professional'),
           coalesce(row ->> 'siren', ''), coalesce(row ->> 'siret', ''), coalesce(row ->> 'vat_number', ''),
           coalesce(row ->> 'language', ''), coalesce(row ->> 'time_zone', ''), coalesce(row ->> 'country', ''),
           coalesce(row ->> 'city', ''), coalesce(row ->> 'category', ''), coalesce(given.tags, '{}'),
           coalesce(row -> 'attributes', '{}'::jsonb), given.collector_id, %(at)s
    from given
    where not exists (
        select 1 from customers_customer c where c.entity_id = %(entity)s and c.external_id = given.external_id)
    on conflict (entity_id, external_id) do nothing
    returning id, entity_id, external_id, true as created
), written as (
    select * from changed union all select * from added
), told as (
    insert into timeline_entry (at, entity_id, customer_id, kind, subject, actor_id)
    select %(at)s, entity_id, id, 'change', case when created then %(added)s else %(changed)s end, %(by)s from written
)
select written.id, rows.account as external_id, written.created from written join rows using (external_id)
