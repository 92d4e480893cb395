-- What the books show of what was moved here is not known again until the next list of this source.
with source as (
    select b.id from imports_batch undone
    join imports_batch b on b.entity_id = undone.entity_id and b.format = undone.format and b.source = undone.source
    where undone.id = %(batch)s
), moved as (
    select invoice_id, credit_id from receivables_movement where entity_id = %(entity)s and kind = 'written_off'
    union
    select invoice_id, credit_id from receivables_movement
    where entity_id = %(entity)s and kind in ('allocated', 'refunded') and import_batch_id is null
    union
    select invoice_id, credit_id from receivables_movement
    where entity_id = %(entity)s and kind = 'allocated' and import_batch_id = any(array(
        select b.id from imports_batch b where b.entity_id = %(entity)s and b.format = 'payments'))
), credits as (
    update receivables_credit c set books_amount = null
    where c.import_batch_id in (select id from source) and c.books_amount is not null and c.entity_id = %(entity)s
        and c.id in (select credit_id from moved)
)
update receivables_invoice i set books_amount = null
where i.import_batch_id in (select id from source) and i.books_amount is not null and i.entity_id = %(entity)s
    and i.id in (select invoice_id from moved)
