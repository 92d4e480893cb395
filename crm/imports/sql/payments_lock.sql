-- The invoices that are named, before it is looked how much of each is open: somebody may be paying them now.
select count(*) from (
    select i.id from receivables_invoice i
    where i.id in (select c.names_invoice_id from receivables_credit c
                   where c.import_batch_id = %(batch)s and c.entity_id = %(entity)s)
    order by i.id for no key update
) named
