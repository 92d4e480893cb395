-- Of whom they are: a customer merged into another stands for him, after his own.
with said as (
    select s.*, coalesce(c.merged_into_id, c.id) as customer_id, c.merged_into_id is null as own
    from customer_staged s join customers_customer c on c.entity_id = %(entity)s and c.external_id = s.customer
), given as materialized (
    select distinct on (s.customer_id, v.channel, v.value) s.customer_id, k.id as contact_id, v.channel, v.value, s.own
    from said s
    left join customers_contact k on k.customer_id = s.customer_id and k.name = s.contact and s.contact <> ''
    cross join lateral (values ('email', s.email), ('phone', s.phone), ('post', replace(s.post, ' | ', chr(10)))) as v (channel, value)
    where v.value <> ''
    order by s.customer_id, v.channel, v.value, s.own desc, s.line
), added as (
    insert into customers_address (customer_id, contact_id, channel, value, preferred, invalid_reason, consent, sent_at)
    select customer_id, contact_id, channel, value, false, '', 'unknown', case when own then %(at)s::timestamptz end
    from given
    on conflict (customer_id, channel, value) do nothing
    returning customer_id
), put_first as (
    /* first */
    returning a.customer_id
), said_again as (
    /* said */
), counted as (
    insert into customer_touched
    select customer_id, false from added union select customer_id, false from put_first on conflict do nothing
)
select count(*) as added from added
