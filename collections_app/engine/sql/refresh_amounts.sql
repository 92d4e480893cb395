update actions_action x set amount = t.amount, oldest_due_on = t.oldest_due_on
from (
    select l.action_id, sum(i.net_amount) as amount, min(i.due_on) as oldest_due_on
    from actions_actionline l
    join actions_action x on x.id = l.action_id
    join night_items i on i.invoice_id = l.invoice_id
    where x.entity_id = %(entity)s
      and (x.state in ('todo', 'to_approve') or x.state = 'scheduled' and x.mode = 'automatic')
    group by l.action_id
) t
where x.id = t.action_id and (x.amount, x.oldest_due_on) is distinct from (t.amount, t.oldest_due_on)
