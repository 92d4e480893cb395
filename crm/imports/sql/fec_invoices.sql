insert into receivables_invoice (entity_id, customer_id, external_id, number, installment, kind, debt_type, issued_on,
    due_on, due_on_source, currency, amount, open_amount, label, import_batch_id)
select %(entity)s, customer_id, external_id, number, 1, kind, 'trade', issued_on,
       case when kind = 'invoice' then issued_on + %(terms)s::integer else issued_on end,
       case when kind = 'invoice' then %(due_source)s else 'guessed' end,
       %(currency)s, amount, amount, label, %(batch)s
from fec_item where amount > 0
on conflict (entity_id, external_id, installment) do nothing
