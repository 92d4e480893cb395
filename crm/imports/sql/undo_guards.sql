-- Movements that came after on what this import touched: by persons, or by other imports.
with mine as (
    select id, invoice_id, credit_id from receivables_movement where import_batch_id = %(batch)s
), items as (
    select 'invoice' as side, invoice_id as id, min(id) as since from mine where invoice_id is not null group by 2
    union all
    select 'credit', credit_id, min(id) from mine where credit_id is not null group by 2
    union all
    select 'invoice', id, 0 from receivables_invoice where entity_id = %(entity)s and import_batch_id = %(batch)s
    union all
    select 'credit', id, 0 from receivables_credit where entity_id = %(entity)s and import_batch_id = %(batch)s
), later as (
    select distinct m.id, m.import_batch_id from items i
    join receivables_movement m on m.invoice_id = i.id and i.side = 'invoice' and m.id > i.since
    where m.import_batch_id is distinct from %(batch)s
    union
    select distinct m.id, m.import_batch_id from items i
    join receivables_movement m on m.credit_id = i.id and i.side = 'credit' and m.id > i.since
    where m.import_batch_id is distinct from %(batch)s
    union
    -- A later import moved the due date of one of its invoices, or of one whose due date it had moved itself.
    select -d.id, d.batch_id from imports_duedatebefore d
    where d.batch_id > %(batch)s and d.invoice_id in (
        select id from receivables_invoice where entity_id = %(entity)s and import_batch_id = %(batch)s
        union all select invoice_id from imports_duedatebefore where batch_id = %(batch)s)
)
select count(*) filter (where import_batch_id is null) as by_persons,
       count(*) filter (where import_batch_id is not null) as by_imports
from later
