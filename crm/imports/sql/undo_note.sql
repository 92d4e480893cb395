insert into undo_touched
select a.customer_id from imports_addressbefore b join customers_address a on a.id = b.address_id where b.batch_id = %(batch)s
union
select customer_id from receivables_movement where import_batch_id = %(batch)s
union
select customer_id from receivables_invoice where entity_id = %(entity)s and import_batch_id = %(batch)s
union
select customer_id from receivables_credit where entity_id = %(entity)s and import_batch_id = %(batch)s
union
select i.customer_id from imports_duedatebefore d join receivables_invoice i on i.id = d.invoice_id where d.batch_id = %(batch)s
union
select customer_id from imports_fecline where entity_id = %(entity)s and (batch_id = %(batch)s or letter_batch_id = %(batch)s)
