-- What the books will say, by the first night that knows it: the one after its date, never before what it names was born.
-- What takes a write-off or a closing back is of its kind.
insert into simulated_movement (known_on, kind, invoice_id, credit_id, amount)
select greatest(m."on", i.issued_on, c.received_on) + 1,
       case when m.kind <> 'reopened' then m.kind when m.undoes_id is null then 'closed_in_ledger' else 'written_off' end,
       m.invoice_id, m.credit_id, m.amount
from receivables_movement m
left join {live}.receivables_invoice i on i.id = m.invoice_id
left join {live}.receivables_credit c on c.id = m.credit_id
where m.entity_id = %(entity)s
