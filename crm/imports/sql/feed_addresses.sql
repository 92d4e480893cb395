-- Addresses given with customers; a merged account's go to the customer who stands for it. One already on file keeps its
-- history: opt-out, invalidity, preference.
insert into customers_address (
    customer_id, channel, value, preferred, invalid_reason, consent)
select coalesce(c.merged_into_id, c.id), given.channel, given.value, false, '', 'unknown'
from unnest(%(external_ids)s::text[], %(channels)s::text[], %(values)s::text[]) given(external_id, channel, value)
join customers_customer c on c.entity_id = %(entity)s and c.external_id = given.external_id
on conflict (customer_id, channel, value) do nothing
