select asked.key, 'refused' as answer,
       case when address.id is null then 'no_address' else 'invalid_address' end as rule,
       'RGPD art. 5' as article, null::timestamptz as not_before_at
from asked
left join customers_address address on address.id = asked.address_id and address.customer_id = asked.customer_id
where address.id is null or address.channel <> asked.channel or address.invalid_since <= asked.today
   or address.valid_from > asked.today or address.valid_until < asked.today
