-- What was really paid of each invoice of the relation "invoice" (id, issued_on), a sum of money or a closing by the books
-- each: credit notes and write-offs are no payments, nor is what nobody knows the day of (it was paid already when its
-- invoice came in). `paid_on`: the day the money arrived, or the books closed it; `applied_on`: when the ledger shows it.
-- (What a movement undoes is asked of the few that do.)
select movement.invoice_id, coalesce(credit.received_on, max(movement."on")) as paid_on, max(movement."on") as applied_on,
       -sum(movement.amount) as amount
from receivables_movement movement
join invoice on invoice.id = movement.invoice_id
left join receivables_credit credit on credit.id = movement.credit_id
where movement.kind <> 'written_off' and coalesce(credit.kind, 'payment') = 'payment'
  and coalesce(movement.earliest_on > invoice.issued_on, true)
  and (movement.undoes_id is null or 'written_off' is distinct from (
      select undone.kind from receivables_movement undone where undone.id = movement.undoes_id))
group by movement.invoice_id, movement.credit_id, credit.received_on, movement."on" > %(on)s
having sum(movement.amount) < 0
