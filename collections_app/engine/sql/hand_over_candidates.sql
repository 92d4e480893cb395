-- What leaves by itself and has no message under way: of the actions looked at tonight, and of those a gate has kept back
-- since the last night.
with asked as materialized (
    select o.id from night_actions o where o.state = 'scheduled'
    union
    select r.action_id from actions_refusal r
    where r.entity_id = %(entity)s and r.last_on >= %(before)s
      and r.customer_id >= %(first_customer)s and r.customer_id < %(end_customer)s
)
select x.id as key, x.entity_id, x.customer_id, x.currency, x.channel, x.address_id, x.formal_notice,
       x.mode = 'automatic' as automatic, x.amount, x.run_id as occasion,
       null::bigint as message,
       array(select l.invoice_id from actions_actionline l where l.action_id = x.id) as invoice_ids,
       case when x.mode = 'automatic' then x.oldest_due_on end as oldest_due_on  -- counted tonight: see "moves"
from actions_action x
where x.id = any(array(select id from asked)) and x.state = 'scheduled' and not exists (
    select 1 from messaging_message m
    where m.origin = 'action' and m.origin_id = x.id and m.state not in /* gone wrong */
)
