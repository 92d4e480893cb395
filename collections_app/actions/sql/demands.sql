-- What was written of some invoices, with the day it left: that of posting for a letter, confirmed later. What came back
-- was not said. Found through the actions of their customers (models.ActionLine).
-- plan: by arrays, or where no loop may be chosen every message and every line there is would be read.
with acted as materialized (
    select action.id, action.entity_id, action.left_on from actions_action action
    where action.customer_id = any(array(select pressed.customer_id from pressed))
), demanded as materialized (
    select acted.id, coalesce(case when message.channel = 'post' then acted.left_on end,
                              (message.sent_at at time zone entity.time_zone)::date) as "on"
    from messaging_message message
    join acted on acted.id = message.origin_id
    join accounts_entity entity on entity.id = acted.entity_id
    where message.origin = 'action' and message.origin_id = any(array(select acted.id from acted))
      and message.channel in ('email', 'post') and message.state in ('sent', 'delivered', 'read', 'complained')
)
select line.invoice_id, demanded."on"
from actions_actionline line
join demanded on demanded.id = line.action_id
where line.action_id = any(array(select demanded.id from demanded))
