-- Addresses given with customers; a merged account's go to the customer who stands for it. One already on file keeps its
-- history: opt-out, invalidity, preference. What is sent comes before what was sent earlier, so that a corrected address serves;
-- what serves already is not touched. What is written is told, once to a customer this feed wrote nothing else of.
with given as (
    select distinct on (customer_id, channel, value) coalesce(c.merged_into_id, c.id) as customer_id, g.*
    from unnest(%(external_ids)s::text[], %(channels)s::text[], %(values)s::text[]) g(external_id, channel, value)
    join customers_customer c on c.entity_id = %(entity)s and c.external_id = g.external_id
    order by customer_id, channel, value, external_id
), added as (
    insert into customers_address (customer_id, channel, value, preferred, invalid_reason, consent, sent_at)
    select customer_id, channel, value, false, '', 'unknown', %(at)s from given
    on conflict (customer_id, channel, value) do nothing
    returning customer_id, channel, value
), put_first as (
    update customers_address a set sent_at = %(at)s
    from given g
    where (a.customer_id, a.channel, a.value) = (g.customer_id, g.channel, g.value) and exists (
        select from customers_address o
        where o.customer_id = a.customer_id and o.channel = a.channel and o.contact_id is not distinct from a.contact_id
            and (coalesce(o.sent_at, '-infinity'), a.id) > (coalesce(a.sent_at, '-infinity'), o.id)
            and (o.customer_id, o.channel, o.value) not in (select customer_id, channel, value from given))
    returning a.customer_id, a.channel, a.value
), written as (
    select * from added union all select * from put_first
), told as (
    insert into timeline_entry (at, entity_id, customer_id, kind, subject, actor_id)
    select distinct %(at)s::timestamptz, %(entity)s::bigint, customer_id, 'change', %(changed)s, %(by)s::bigint
    from written where customer_id <> all(%(told)s::bigint[])
)
select distinct given.external_id, customer_id from written join given using (customer_id, channel, value)
