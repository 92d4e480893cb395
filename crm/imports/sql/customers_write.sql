-- A file adds and corrects; an empty cell takes nothing away. Of several lines for a customer the last filled one counts.
-- Those of one merged into another fill what the other has empty, as the merge did: never his name or kind, nor what he has.
with lines as (
    select s.line, coalesce(kept.external_id, s.customer) as customer, kept.id is null as own,
           case when kept.id is null then s.name else '' end as name, case when kept.id is null then s.kind else '' end as kind,
           case when kept.siren <> '' then '' else s.siren end as siren,
           case when kept.siret <> '' then '' else s.siret end as siret,
           case when kept.vat_number <> '' then '' else s.vat_number end as vat_number,
           case when kept.language <> '' then '' else s.language end as language,
           case when kept.category <> '' then '' else s.category end as category,
           case when kept.city <> '' then '' else s.city end as city,
           case when kept.country <> '' then '' else s.country end as country
    from customer_staged s
    left join customers_customer c on c.entity_id = %(entity)s and c.external_id = s.customer
    left join customers_customer kept on kept.id = c.merged_into_id
), said as (
    select customer, (array_agg(name order by own desc, line desc) filter (where name <> ''))[1] as name,
           (array_agg(kind order by own desc, line desc) filter (where kind <> ''))[1] as kind,
           (array_agg(siren order by own desc, line desc) filter (where siren <> ''))[1] as siren,
           (array_agg(siret order by own desc, line desc) filter (where siret <> ''))[1] as siret,
           (array_agg(vat_number order by own desc, line desc) filter (where vat_number <> ''))[1] as vat_number,
           (array_agg(language order by own desc, line desc) filter (where language <> ''))[1] as language,
           (array_agg(category order by own desc, line desc) filter (where category <> ''))[1] as category,
           (array_agg(city order by own desc, line desc) filter (where city <> ''))[1] as city,
           (array_agg(country order by own desc, line desc) filter (where country <> ''))[1] as country
    from lines group by customer
), written as (
    insert into customers_customer as c (entity_id, external_id, name, kind, siren, siret, vat_number, language, time_zone,
        country, city, category, tags, attributes, created_at)
    select %(entity)s, customer, coalesce(name, customer), coalesce(kind, 'professional'), coalesce(siren, ''),
           coalesce(siret, ''), coalesce(vat_number, ''), coalesce(language, ''), '', coalesce(country, ''),
           coalesce(city, ''), coalesce(category, ''), '{}', '{}', %(at)s
    from said
    on conflict (entity_id, external_id) do update
    set (name, kind, siren, siret, vat_number, language, category, city, country) = (
        select coalesce(s.name, c.name), coalesce(s.kind, c.kind), coalesce(s.siren, c.siren), coalesce(s.siret, c.siret),
               coalesce(s.vat_number, c.vat_number), coalesce(s.language, c.language), coalesce(s.category, c.category),
               coalesce(s.city, c.city), coalesce(s.country, c.country)
        from said s where s.customer = excluded.external_id)
    where exists (
        select 1 from said s where s.customer = c.external_id
            and (coalesce(s.name, c.name), coalesce(s.kind, c.kind), coalesce(s.siren, c.siren), coalesce(s.siret, c.siret),
                 coalesce(s.vat_number, c.vat_number), coalesce(s.language, c.language), coalesce(s.category, c.category),
                 coalesce(s.city, c.city), coalesce(s.country, c.country))
            is distinct from (c.name, c.kind, c.siren, c.siret, c.vat_number, c.language, c.category, c.city, c.country))
    returning id, xmax = 0 as is_new
)
insert into customer_touched select id, is_new from written
