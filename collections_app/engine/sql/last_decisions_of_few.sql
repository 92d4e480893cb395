-- The same where some customers are looked at: of each account the last row alone is read, for over the years it has many.
select last.* from tonight t
cross join lateral (
    select d.customer_id, d.currency, d."on", d.outcome, d.step_code, d.next_look_on, d.facts
    from engine_decision d
    where d.entity_id = %(entity)s and d.customer_id = t.customer_id and d.currency = t.currency
    order by d."on" desc limit 1
) last
