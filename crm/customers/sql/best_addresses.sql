-- The address to use of each of some customers on each channel, in the order of the function customer_best_address
-- (tests/crm/customers/test_best_address.py holds them together).
select distinct on (address.customer_id, address.channel) address.customer_id, address.channel, address.id as address_id
from customers_address as address
left join customers_contact as contact on contact.id = address.contact_id
where address.invalid_since is null /* among address.customer_id */ and address.opted_out_at is null and address.consent <> 'refused'
    and (address.valid_from is null or address.valid_from <= %(on)s)
    and (address.valid_until is null or address.valid_until >= %(on)s)
order by address.customer_id, address.channel,
    case coalesce(contact.role, '') when 'dunning' then 0 when '' then 1 when 'invoices' then 2 else 3 end,
    address.preferred desc, address.sent_at desc nulls last, address.id
