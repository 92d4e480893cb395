with given as materialized (
    select distinct customer_id, channel, value from item_address
), added as (
    insert into customers_address (customer_id, channel, value, preferred, invalid_reason, consent, sent_at)
    select customer_id, channel, value, false, '', 'unknown', %(at)s from given
    on conflict (customer_id, channel, value) do nothing
    returning customer_id
), put_first as (
    /* first */
    returning a.customer_id
)
select count(*) as written from (select from added union all select from put_first) w
