-- Actions of some customers that wait for a person though all they have to say is on hold on a date: what the next night
-- would cancel. It opens again what is due when the hold has ended.
with item as materialized (
    select n.*, n.kind = 'invoice' and n.due_on_source <> 'guessed' as trusted
    from (
/* net open items */
    ) n
),
carried as (
    select x.id, x.kind, x.step_offset, x.formal_notice, x.approved_on, l.invoice_id
    from actions_action x
    join actions_actionline l on l.action_id = x.id
    where x.state = any(%(from_states)s) and x.kind in ('dunning', 'follow_up', 'preventive', 'manual') /* each x.customer_id */
),
kept as (
    select c.id, bool_or(i.held is not null) as held, bool_or(
/* alive */
    ) as alive
    from carried c
    left join item i on i.invoice_id = c.invoice_id
    group by c.id
)
update actions_action x
set state = %(state)s, outcome = 'held', closed_at = %(at)s
from kept k
where x.id = k.id and k.held and k.alive is not true and x.state = any(%(from_states)s)
