insert into receivables_invoice (entity_id, customer_id, external_id, number, installment, kind, debt_type, issued_on,
    due_on, due_on_source, currency, amount, open_amount, label, import_batch_id)
select %(entity)s, coalesce(c.merged_into_id, c.id), t.external_id, t.number, t.installment, 'invoice', 'trade', t.issued_on,
       t.payable_on, case when t.due_given then 'file' else %(due_source)s end, t.currency, t.amount, t.amount, t.label, %(batch)s
from item_target t join customers_customer c on c.entity_id = %(entity)s and c.external_id = t.customer
where t.side = 'debit' and t.known_id is null and t.amount <> 0
