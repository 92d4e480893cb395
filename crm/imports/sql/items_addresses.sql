insert into customers_address (customer_id, channel, value, preferred, invalid_reason, consent)
select distinct customer_id, channel, value, false, '', 'unknown' from item_address
on conflict (customer_id, channel, value) do nothing
