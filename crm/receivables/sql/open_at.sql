-- What was open at the end of a day, by the movements up to it: invoices, then credits (negative).
select open.item, open.id, coalesce(owed.number, nullif(held.number, ''), held.external_id) as number,
       coalesce(owed.installment, 1) as installment, coalesce(owed.kind, held.kind) as kind,
       coalesce(owed.issued_on, held.received_on) as dated_on, open.due_on, open.currency,
       coalesce(owed.amount, -held.amount) as amount, open.signed_amount as open_amount
from receivables_open_at(%(entity)s, %(on)s, %(customer)s) open
left join receivables_invoice owed on open.item = 'invoice' and owed.id = open.id
left join receivables_credit held on open.item = 'credit' and held.id = open.id
order by open.currency, open.item desc, open.due_on, dated_on, open.id
