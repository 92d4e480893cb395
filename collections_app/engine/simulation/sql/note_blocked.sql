-- Who of these customers is kept back and why, with the number of nights.
insert into simulated_block as b (reason, customer_id, amount, first_on, nights)
select kept.reason, kept.customer_id, sum(coalesce(converted(kept.amount, kept.currency, %(books_in)s, %(on)s::date), 0)), %(on)s, 1
from (
    select a.outcome as reason, a.customer_id, a.currency, a.late_amount as amount
    from engine_account a
    where a.entity_id = %(entity)s and a.customer_id >= %(first_customer)s and a.customer_id < %(end_customer)s
      and a.outcome in ('held', 'no_scenario', 'by_hand', 'below_minimum', 'due_date_not_certain')
    union all
    select v.gate, x.customer_id, x.currency, x.amount
    from night_verdicts v join actions_action x on x.id = v.key where v.answer = 'refused'
) kept
group by kept.reason, kept.customer_id
on conflict (reason, customer_id) do update set nights = b.nights + 1, amount = greatest(b.amount, excluded.amount)
