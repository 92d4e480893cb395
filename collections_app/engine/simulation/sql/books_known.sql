-- What the books will say, by the first night that knows it: the one after its date, never before what it names was born.
insert into simulated_movement (known_on, invoice_id, credit_id, amount)
select greatest(m."on", i.issued_on, c.received_on) + 1, m.invoice_id, m.credit_id, m.amount
from receivables_movement m
left join {live}.receivables_invoice i on i.id = m.invoice_id
left join {live}.receivables_credit c on c.id = m.credit_id
where m.entity_id = %(entity)s
