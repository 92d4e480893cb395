insert into receivables_credit (entity_id, customer_id, external_id, number, kind, received_on, currency, amount,
    open_amount, label, import_batch_id)
select %(entity)s, coalesce(c.merged_into_id, c.id), t.external_id, t.number, t.kind, t.issued_on, t.currency, -t.amount,
       -t.amount, t.label, %(batch)s
from item_target t join customers_customer c on c.entity_id = %(entity)s and c.external_id = t.customer
where t.side = 'credit' and t.known_id is null and t.amount <> 0
