insert into actions_actionline (action_id, invoice_id, level_code, reached, amount)
select x.id, p.invoice_id, p.step_code, true, p.net_amount
from night_preventive p
join actions_action x on x.customer_id = p.customer_id and x.currency = p.currency and x.step_code = p.step_code
     and x.occasion_on = %(on)s and x.kind = 'preventive' and x.state in ('todo', 'to_approve', 'scheduled')
on conflict (action_id, invoice_id) do nothing
