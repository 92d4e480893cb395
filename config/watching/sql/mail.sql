-- The e-mails tried since `since`, and what became of them. A message is accepted once: its bounce is counted once.
select message.entity_id, attempt.result, count(*) as number,
       count(*) filter (where attempt.result = 'accepted' and message.state = 'bounced') as bounced,
       count(*) filter (where attempt.result = 'accepted' and message.state = 'complained') as complained
from messaging_attempt as attempt
join messaging_message as message on message.id = attempt.message_id and message.channel = 'email'
where attempt.started_at > %(since)s
group by message.entity_id, attempt.result
