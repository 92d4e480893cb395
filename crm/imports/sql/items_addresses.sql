-- What an undoing needs to forget them is kept (AddressBefore), of those that serve already as well where that is owed to a file
-- that can be undone: who is undone last forgets them. What three files said is true, so that the same list every day adds nothing.
with given as materialized (
    select customer_id, channel, value, bool_or(own) as own from item_address group by customer_id, channel, value
), named as materialized (
    select a.id, a.sent_at from given g join customers_address a
        on (a.customer_id, a.channel, a.value) = (g.customer_id, g.channel, g.value)
), certain as (
    delete from imports_addressbefore where address_id in (
        select b.address_id from imports_addressbefore b join named on named.id = b.address_id
        where b.retired_on is null group by b.address_id having count(*) >= 3)
    returning address_id
), added as (
    insert into customers_address (customer_id, channel, value, preferred, invalid_reason, consent, sent_at)
    select customer_id, channel, value, false, '', 'unknown', case when own then %(at)s::timestamptz end
    from given
    on conflict (customer_id, channel, value) do nothing
    returning id, customer_id, sent_at
), put_first as (
    /* first */
    returning a.id, a.customer_id, a.sent_at
), used_again as (
    delete from imports_addressbefore b using put_first p where b.address_id = p.id and b.retired_on is not null
), kept as (
    insert into imports_addressbefore (batch_id, address_id, is_new, sent_at, became_at)
    select %(batch)s, id, true, null::timestamptz, sent_at from added
    union all
    select %(batch)s, p.id, coalesce((select bool_or(b.is_new) from imports_addressbefore b where b.address_id = p.id), false)
               and p.id not in (select address_id from certain), n.sent_at, p.sent_at
    from put_first p join named n using (id)
    union all
    (select distinct on (n.id) %(batch)s, n.id, b.is_new, b.sent_at, b.became_at
    from named n join imports_addressbefore b
        on b.address_id = n.id and b.became_at is not distinct from n.sent_at and b.retired_on is null
    where n.id not in (select id from put_first) and n.id not in (select address_id from certain)
    order by n.id, b.id desc)
)
select count(*) as written from (select from added union all select from put_first) w
