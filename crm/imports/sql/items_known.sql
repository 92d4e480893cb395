-- Items of the entity that the file speaks of, or that came by this source before (a complete list may close those).
create temporary table item_known on commit drop as
with source_batches as (
    select id from imports_batch where entity_id = %(entity)s and format = 'open_items' and source = %(source)s
)
select 'debit' as side, id, customer_id, external_id, installment, due_on, currency, amount, open_amount,
       import_batch_id in (select id from source_batches) as of_source,
       row_number() over (partition by external_id, due_on order by installment) as nth,
       count(*) over (partition by external_id) as alone
from receivables_invoice i
where entity_id = %(entity)s and (
    external_id in (select external_id from item_row where side = 'debit')
    or settled_on is null and import_batch_id in (select id from source_batches))
union all
select 'credit', id, customer_id, external_id, 1, null, currency, -amount, -open_amount,
       import_batch_id in (select id from source_batches),
       1, 1
from receivables_credit c
where entity_id = %(entity)s and (
    external_id in (select item_row.external_id || case when n > 1 then '#' || n else '' end from (
        select external_id, row_number() over (partition by external_id order by line) as n
        from item_row where side = 'credit') as item_row)
    or open_amount > 0 and import_batch_id in (select id from source_batches))
