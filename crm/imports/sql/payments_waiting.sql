-- Payments of lists that named an invoice before it came: of the same customer, number and currency.
with waiting as materialized (
    select id, customer_id, currency, label from receivables_credit
    where entity_id = %(entity)s and open_amount > 0 and names_invoice_id is null and label <> '' and external_id like 'pay:%%'
), come as (
    select distinct on (w.id) w.id, i.id as invoice_id
    from waiting w join receivables_invoice i
        on i.number = w.label and i.customer_id = w.customer_id and i.currency = w.currency and i.entity_id = %(entity)s
    where i.import_batch_id = %(batch)s and i.open_amount > 0
    order by w.id, i.due_on, i.id
)
update receivables_credit c set names_invoice_id = come.invoice_id from come where c.id = come.id
