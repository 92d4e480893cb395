insert into actions_actionline (action_id, invoice_id, level_code, reached, amount)
select n.action_id, n.invoice_id, n.level_code, n.reached, n.amount
from night_lines n
join night_actions x on x.id = n.action_id
where x.is_new
   or exists (select from actions_action still where still.id = x.id and still.state = x.state)
      and not exists (select from actions_actionline l where l.action_id = n.action_id and l.invoice_id = n.invoice_id)
