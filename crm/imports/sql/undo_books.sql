-- What the books show of what was moved here is not known again until the next list of this source. Found through the items of
-- which the books say something: movements are read by their keys, however many there are.
with source as (
    select b.id from imports_batch undone
    join imports_batch b on b.entity_id = undone.entity_id and b.format = undone.format and b.source = undone.source
    where undone.id = %(batch)s
), invoices as materialized (
    select i.id from receivables_invoice i
    where i.entity_id = %(entity)s and i.books_amount is not null and i.import_batch_id in (select id from source)
), credits as materialized (
    select c.id from receivables_credit c
    where c.entity_id = %(entity)s and c.books_amount is not null and c.import_batch_id in (select id from source)
), moved as materialized (
    select m.invoice_id, m.credit_id from receivables_movement m
    where (m.invoice_id = any(array(select id from invoices)) or m.credit_id = any(array(select id from credits)))
        and (m.kind = 'written_off' or m.kind in ('allocated', 'refunded') and m.import_batch_id is null
             or m.kind = 'allocated' and m.import_batch_id = any(array(
                 select b.id from imports_batch b where b.entity_id = %(entity)s and b.format = 'payments')))
), forgotten as (
    update receivables_credit c set books_amount = null
    where c.id = any(array(select id from credits intersect select credit_id from moved))
)
update receivables_invoice i set books_amount = null
where i.id = any(array(select id from invoices intersect select invoice_id from moved))
