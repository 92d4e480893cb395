with added as (
    insert into customers_address (customer_id, contact_id, channel, value, preferred, invalid_reason, consent)
    select distinct on (c.id, v.channel, v.value) c.id, k.id, v.channel, v.value, false, '', 'unknown'
    from customer_staged s
    join customers_customer c on c.entity_id = %(entity)s and c.external_id = s.customer
    left join customers_contact k on k.customer_id = c.id and k.name = s.contact and s.contact <> ''
    cross join lateral (values ('email', s.email), ('phone', s.phone), ('post', replace(s.post, ' | ', chr(10)))) as v (channel, value)
    where v.value <> ''
    order by c.id, v.channel, v.value, s.line
    on conflict (customer_id, channel, value) do nothing
    returning customer_id
), counted as (
    insert into customer_touched select distinct customer_id, false from added on conflict do nothing
)
select count(*) as added from added
