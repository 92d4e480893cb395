-- What was written of some invoices, with the day it left: that of posting for a letter, confirmed later. What came back
-- was not said. Found through the actions of their customers (models.ActionLine).
select line.invoice_id,
       coalesce(case when message.channel = 'post' then action.left_on end,
                (message.sent_at at time zone entity.time_zone)::date) as "on"
from actions_action action
join accounts_entity entity on entity.id = action.entity_id
join messaging_message message on message.origin = 'action' and message.origin_id = action.id
                              and message.channel in ('email', 'post')
                              and message.state in ('sent', 'delivered', 'read', 'complained')
join actions_actionline line on line.action_id = action.id
where action.customer_id = any(array(select pressed.customer_id from pressed))
