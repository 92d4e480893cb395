-- New documents that have the customer and number of an invoice that did not come by a file: the same one, mostly, under another
-- identifier.
with otherwise as materialized (
    select customer_id, number, currency from receivables_invoice
    where entity_id = %(entity)s and import_batch_id is null and settled_on is null
), twice as (
    select distinct t.number from item_target t
    join otherwise o on o.customer_id = t.customer_id and o.number = t.number and o.currency = t.currency
    where t.is_new and t.side = 'debit'
)
select count(*) as invoices, (array_agg(number order by number))[1:5] as numbers from twice
