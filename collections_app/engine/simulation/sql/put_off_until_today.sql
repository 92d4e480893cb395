-- What waited above a ceiling until this day and would leave before its night, as the gates are asked about it.
select m.id as key, x.entity_id, x.customer_id, x.currency, x.channel, x.address_id, x.formal_notice,
       x.mode = 'automatic' as automatic, x.amount, x.run_id as occasion, m.id as message,
       array(select l.invoice_id from actions_actionline l where l.action_id = x.id) as invoice_ids,
       null::date as oldest_due_on
from messaging_message m
join actions_action x on x.id = m.origin_id
where m.entity_id = %(entity)s and m.origin = 'action' and m.state = 'waiting' and starts_with(m.reason, 'ceiling: ')
  and m.not_before_at >= %(begins_at)s and m.not_before_at < %(until_at)s
