-- Addresses given with customers; a merged account's go to the customer who stands for it, after his own. One already on file keeps its
-- history: opt-out, invalidity, preference. What is written is told, once to a customer this feed wrote nothing else of.
with given as (
    select distinct on (customer_id, channel, value) coalesce(c.merged_into_id, c.id) as customer_id,
           c.merged_into_id is null as own, g.*
    from unnest(%(external_ids)s::text[], %(channels)s::text[], %(values)s::text[]) g(external_id, channel, value)
    join customers_customer c on c.entity_id = %(entity)s and c.external_id = g.external_id
    order by customer_id, channel, value, own desc, external_id
), added as (
    insert into customers_address (customer_id, channel, value, preferred, invalid_reason, consent, sent_at)
    select customer_id, channel, value, false, '', 'unknown', case when own then %(at)s::timestamptz end from given
    on conflict (customer_id, channel, value) do nothing
    returning customer_id, channel, value
), put_first as (
    /* first */
    returning a.customer_id, a.channel, a.value
), said_again as (
    /* said */
), written as (
    select * from added union all select * from put_first
), told as (
    insert into timeline_entry (at, entity_id, customer_id, kind, subject, actor_id)
    select distinct %(at)s::timestamptz, %(entity)s::bigint, customer_id, 'change', %(changed)s, %(by)s::bigint
    from written where customer_id <> all(%(told)s::bigint[])
)
select distinct given.external_id, customer_id from written join given using (customer_id, channel, value)
