with asked as (
    select m.origin_id, count(*) as messages from messaging_message m
    where m.origin = 'action' and m.origin_id = any(array(select v.key from night_verdicts v)) group by m.origin_id
)
select x.entity_id, x.customer_id, x.address_id, '' as language, x.id as origin_id,
       (1 + coalesce(asked.messages, 0))::smallint as attempt_key, x.run_id as occasion, v.not_before_at
from night_verdicts v
join actions_action x on x.id = v.key
left join asked on asked.origin_id = x.id
where v.answer <> 'refused' and x.state = 'scheduled' and x.address_id is not null
