-- The first customers of each step this run opened and of each reason that kept something back, the highest amounts first.
with found as (
    select 'opened' as what, x.step_code as code, x.customer_id, x.currency, x.amount
    from actions_action x where x.run_id = %(run)s
    union all
    select 'blocked', a.outcome, a.customer_id, a.currency, a.late_amount
    from engine_account a where a.entity_id = %(entity)s and a.outcome = any(%(reasons)s)
    union all
    select 'blocked', v.gate, x.customer_id, x.currency, x.amount
    from night_verdicts v join actions_action x on x.id = v.key
    where v.answer = 'refused'
),
placed as (
    select f.what, f.code, f.customer_id, f.currency, sum(f.amount) as amount,
           row_number() over (partition by f.what, f.code order by sum(f.amount) desc, f.customer_id) as place
    from found f group by f.what, f.code, f.customer_id, f.currency
)
select p.what, p.code, p.customer_id, c.name, p.currency, p.amount
from placed p join customers_customer c on c.id = p.customer_id
where p.place <= %(names)s
order by p.what desc, p.code, p.place
