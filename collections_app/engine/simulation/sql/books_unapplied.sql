update receivables_credit c set open_amount = then_open.amount
from (
    select x.id, x.amount + coalesce(sum(m.amount), 0) as amount
    from receivables_credit x
    left join simulated_movement m on m.credit_id = x.id and m.known_on <= %(from)s
    group by x.id
) then_open
where c.id = then_open.id and c.open_amount <> then_open.amount
