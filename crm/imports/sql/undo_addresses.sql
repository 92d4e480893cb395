-- The order of addresses the import put first comes back, where nobody changed it since and no other import says the same. What
-- stays to be forgotten: those that came by what is undone alone, and that no person did anything with.
with mine as materialized (
    delete from imports_addressbefore where batch_id = %(batch)s and retired_on is null
    returning address_id, is_new, sent_at, became_at
), others as materialized (
    select address_id, became_at from imports_addressbefore o
    where o.batch_id <> %(batch)s and o.retired_on is null and o.address_id in (select address_id from mine)
), handed_on as (
    update imports_addressbefore o set sent_at = m.sent_at from mine m
    where o.batch_id <> %(batch)s and o.address_id = m.address_id and o.sent_at = m.became_at
), put_back as (
    update customers_address a set sent_at = m.sent_at from mine m
    where a.id = m.address_id and a.sent_at = m.became_at
        and (a.id, a.sent_at) not in (select address_id, became_at from others)
)
select a.id from mine m join customers_address a on a.id = m.address_id
where m.is_new and a.sent_at is not distinct from m.became_at and a.id not in (select address_id from others)
    and not a.preferred and a.contact_id is null and a.valid_from is null and a.valid_until is null
    and a.invalid_since is null and a.consent = 'unknown' and a.opted_out_at is null
