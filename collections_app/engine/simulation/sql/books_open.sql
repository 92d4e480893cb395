-- Open amounts as the night of the first day found them.
update receivables_invoice i
set open_amount = then_open.amount, settled_on = case when then_open.amount = 0 then then_open.last_on end
from (
    select x.id, x.amount + coalesce(sum(m.amount), 0) as amount, coalesce(max(m.known_on) - 1, x.issued_on) as last_on
    from receivables_invoice x
    left join simulated_movement m on m.invoice_id = x.id and m.known_on <= %(from)s
    group by x.id
) then_open
where i.id = then_open.id and i.open_amount <> then_open.amount
