-- Open actions nothing is left to say about: what reached their step is paid, covered, held or now due later, their
-- cycle is closed or went over to another customer (merged while the night opened them), or the invoice they announced has fallen due.
with kept as (
    select c.action_id as id, bool_or(i.held is not null) as held,
           bool_or(
/* alive */
           ) as alive
    from night_carried c
    left join night_items i on i.invoice_id = c.invoice_id
    where c.kind <> 'declaration'  -- held claims are to be declared; whether one still has to, a person says
    group by c.action_id
),
ended as materialized (  -- plan: before the actions themselves are read: few end
    select x.id, coalesce(k.held, false) as held
    from night_open_already x
    left join kept k on k.id = x.id
    left join night_cycles_already g on g.id = x.cycle_id and g.customer_id = x.customer_id
    where x.cycle_id is not null and g.id is null or k.id is not null and k.alive is not true
),
cancelled as (
    update actions_action x
    set state = 'cancelled', closed_at = %(at)s, outcome = case when e.held then 'held' else 'settled' end
    from ended e
    where x.id = e.id and x.state in ('todo', 'to_approve', 'scheduled')
    returning x.id
)
delete from night_open_already x using cancelled c where x.id = c.id returning x.id
