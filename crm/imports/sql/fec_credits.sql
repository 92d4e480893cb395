insert into receivables_credit (entity_id, customer_id, external_id, number, kind, received_on, currency, amount,
    open_amount, label, import_batch_id)
select %(entity)s, customer_id, external_id, number, kind, entered_on, %(currency)s, -amount, -amount, label, %(batch)s
from fec_item where amount < 0
on conflict (entity_id, external_id) do nothing
