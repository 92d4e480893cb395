-- Which of some actions of an entity have nothing left to say on a date, by the rule of the night: their cycle is closed
-- (`ended`, though what they carry is owed again), or what they carry is paid, covered, on hold (`held`) or not at its step.
with item as materialized (
    select n.*, n.kind = 'invoice' and n.due_on_source <> 'guessed' as trusted
    from (
/* net open items */
    ) n
),
carried as (
    select x.id, x.kind, x.step_offset, x.formal_notice, x.approved_on, g.closed_on is not null as ended,
           case when x.kind in ('dunning', 'follow_up', 'preventive', 'manual') then l.invoice_id end as invoice_id
    from actions_action x
    left join actions_cycle g on g.id = x.cycle_id
    left join actions_actionline l on l.action_id = x.id
    where x.id = any(%(actions)s)
)
select said.id, case when said.held then 'held' when said.owed then 'ended' else 'settled' end
from (
    select c.id, coalesce(bool_or(c.ended), false) as ended, count(c.invoice_id) > 0 as carries,
           coalesce(bool_or(i.held is not null), false) as held, coalesce(bool_or(
/* alive */
           ), false) as owed
    from carried c
    left join item i on i.invoice_id = c.invoice_id
    group by c.id
) said
where said.ended or said.carries and not said.owed
