-- Payments of lists that named an invoice before this transmission brought it, or its number: of the same customer, number and
-- currency. Transmissions side by side lock them in the order of their ids, as everywhere.
with come as materialized (
    select id, customer_id, currency, number, due_on from receivables_invoice
    where entity_id = %(entity)s and external_id = any(%(external_ids)s) and open_amount > 0
), waiting as materialized (
    select c.id, c.customer_id, c.currency, c.label from receivables_credit c
    where c.entity_id = %(entity)s and c.customer_id in (select customer_id from come) and c.open_amount > 0
        and c.names_invoice_id is null and c.label <> '' and c.external_id like 'pay:%%'
    order by c.id for no key update
), named as (
    select distinct on (w.id) w.id, come.id as invoice_id
    from waiting w join come on come.number = w.label and come.customer_id = w.customer_id and come.currency = w.currency
    order by w.id, come.due_on, come.id
)
update receivables_credit c set names_invoice_id = named.invoice_id from named where c.id = named.id
