select x.entity_id, x.customer_id, x.address_id, '' as language, x.id as origin_id,
       (1 + (select count(*) from messaging_message m where m.origin = 'action' and m.origin_id = x.id))::smallint
           as attempt_key,
       x.run_id as occasion, v.not_before_at
from night_verdicts v join actions_action x on x.id = v.key
where v.answer <> 'refused' and x.state = 'scheduled' and x.address_id is not null
