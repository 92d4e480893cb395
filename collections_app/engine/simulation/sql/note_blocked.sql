-- Who of these customers is kept back and why, with the number of nights; `amount` in the currency of the entity, without
-- what no rate is known for, whose currency (one of them) is `unrated`.
insert into simulated_block as b (reason, customer_id, amount, unrated, first_on, nights)
select kept.reason, kept.customer_id, sum(kept.worth), min(kept.currency) filter (where kept.worth is null), %(on)s, 1
from (
    select a.outcome as reason, a.customer_id, a.currency,
           case when a.currency = %(books_in)s then a.late_amount
                else converted(a.late_amount, a.currency, %(books_in)s, %(on)s::date) end as worth
    from engine_account a
    where a.entity_id = %(entity)s and a.customer_id >= %(first_customer)s and a.customer_id < %(end_customer)s
      and a.outcome in ('held', 'no_scenario', 'by_hand', 'below_minimum', 'due_date_not_certain')
    union all
    select v.gate, x.customer_id, x.currency,
           case when x.currency = %(books_in)s then x.amount
                else converted(x.amount, x.currency, %(books_in)s, %(on)s::date) end
    from night_verdicts v join actions_action x on x.id = v.key where v.answer = 'refused'
) kept
group by kept.reason, kept.customer_id
on conflict (reason, customer_id) do update
set nights = b.nights + 1, amount = greatest(b.amount, excluded.amount), unrated = coalesce(b.unrated, excluded.unrated)
