-- Customers as another system knows them. A field that is not given stays as it is; rows that differ in nothing are
-- not touched. An account merged into another keeps what is said of it, and fills what the customer who stands for it has
-- empty, as the merge did: never his name, kind or collector, nor what he has; tags and attributes are united, his own
-- first. Where his own row says a field, the merged accounts fill it too: it does not matter which of them comes last, nor
-- in which request. What is written is told in the timeline and to whoever keeps figures of the customer.
with rows as (
    select element ->> 'external_id' as account, coalesce(kept.external_id, element ->> 'external_id') as external_id,
           coalesce(c.merged_into_id, c.id) as customer_id, kept.id is null as own, place, element
    from jsonb_array_elements(%(rows)s::jsonb) with ordinality given (element, place)
    left join customers_customer c on c.entity_id = %(entity)s and c.external_id = element ->> 'external_id'
    left join customers_customer kept on kept.id = c.merged_into_id
), said as (
    select account, customer_id, own, jsonb_object_agg(field.key, field.value order by place) as row
    from rows cross join lateral jsonb_each(element) field
    group by account, customer_id, own
), merged as materialized (
    select m.id, m.merged_into_id as customer_id, said.row as given,
           jsonb_build_object(
               'siren', m.siren, 'siret', m.siret, 'vat_number', m.vat_number, 'language', m.language,
               'time_zone', m.time_zone, 'country', m.country, 'city', m.city, 'category', m.category,
               'tags', m.tags, 'attributes', m.attributes) || coalesce(said.row, '{}') as row
    from customers_customer m left join said on said.account = m.external_id
    where m.entity_id = %(entity)s and m.merged_into_id = any(array(select customer_id from rows))
), remembered as (
    update customers_customer c set
        siren = row ->> 'siren', siret = row ->> 'siret', vat_number = row ->> 'vat_number', language = row ->> 'language',
        time_zone = row ->> 'time_zone', country = row ->> 'country', city = row ->> 'city', category = row ->> 'category',
        tags = array(select jsonb_array_elements_text(row -> 'tags')), attributes = row -> 'attributes'
    from merged
    where c.id = merged.id and given is not null
      and (c.siren, c.siret, c.vat_number, c.language, c.time_zone, c.country, c.city, c.category, to_jsonb(c.tags),
           c.attributes)
          is distinct from
          (row ->> 'siren', row ->> 'siret', row ->> 'vat_number', row ->> 'language', row ->> 'time_zone',
           row ->> 'country', row ->> 'city', row ->> 'category', row -> 'tags', row -> 'attributes')
), standing as materialized (
    select c.id as customer_id, to_jsonb(c) || coalesce(own.row, '{}') as row,
           coalesce(own.row, '{}') || coalesce(others.row, '{}') as named
    from customers_customer c
    left join said own on own.own and own.customer_id = c.id
    cross join lateral (
        select jsonb_object_agg(field.key, true) as row from merged m cross join lateral jsonb_each(m.given) field
        where m.customer_id = c.id
    ) others
    where c.id = any(array(select customer_id from merged))
), filling as (
    select distinct on (customer_id, field.key) customer_id, field.key, field.value
    from standing s join merged m using (customer_id) cross join lateral jsonb_each(m.row) field
    where named ? field.key and s.row ->> field.key = '' and field.value <> '""'
    order by customer_id, field.key, m.id
), tagged as (
    select distinct on (customer_id, tag) customer_id, tag, source, place
    from (
        select customer_id, 0 as source, named, row from standing
        union all
        select customer_id, m.id, named, m.row from standing join merged m using (customer_id)
    ) each cross join lateral jsonb_array_elements_text(row -> 'tags') with ordinality tags (tag, place)
    where named ? 'tags'
    order by customer_id, tag, source, place
), united as (
    select customer_id, jsonb_object_agg(key, value) as row
    from (
        select * from filling
        union all
        select customer_id, 'tags', jsonb_agg(tag order by source, place) from tagged group by customer_id
        union all
        select customer_id, 'attributes', others.row || (s.row -> 'attributes')
        from standing s cross join lateral (
            select jsonb_object_agg(field.key, field.value order by m.id desc) as row
            from merged m cross join lateral jsonb_each(m.row -> 'attributes') field where m.customer_id = s.customer_id
        ) others
        where named ? 'attributes' and others.row is not null
    ) found
    group by customer_id
), given as materialized (
    select account, customer_id, row,
           case when row ? 'tags' then array(select jsonb_array_elements_text(row -> 'tags')) end as tags,
           (row ->> 'collector_id')::bigint as collector_id
    from (
        select own.account, coalesce(own.customer_id, united.customer_id) as customer_id,
               coalesce(own.row, '{}') || coalesce(united.row, '{}') as row
        from (select * from said where own) own full join united using (customer_id)
    ) target
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
    where c.id = given.customer_id
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
    select %(entity)s, account, row ->> 'name', coalesce(row ->> 'kind', 'professional'),
           coalesce(row ->> 'siren', ''), coalesce(row ->> 'siret', ''), coalesce(row ->> 'vat_number', ''),
           coalesce(row ->> 'language', ''), coalesce(row ->> 'time_zone', ''), coalesce(row ->> 'country', ''),
           coalesce(row ->> 'city', ''), coalesce(row ->> 'category', ''), coalesce(given.tags, '{}'),
           coalesce(row -> 'attributes', '{}'::jsonb), given.collector_id, %(at)s
    from given where customer_id is null
    order by account
    on conflict (entity_id, external_id) do nothing
    returning id, entity_id, external_id, true as created
), written as (
    select * from changed union all select * from added
), told as (
    insert into timeline_entry (at, entity_id, customer_id, kind, subject, actor_id)
    select %(at)s, entity_id, id, 'change', case when created then %(added)s else %(changed)s end, %(by)s from written
)
select written.id, rows.account as external_id, written.created from written join rows using (external_id)
union all
-- Somebody else added these since the statement began, which does not see them.
select null, account, null from given
where customer_id is null and not exists (select from added where added.external_id = given.account)
