with named as (
    update receivables_credit c set names_invoice_id = null
    from receivables_invoice i
    where i.entity_id = %(entity)s and i.import_batch_id = %(batch)s and c.names_invoice_id = i.id
        and c.import_batch_id is distinct from %(batch)s
), credits as (
    delete from receivables_credit where entity_id = %(entity)s and import_batch_id = %(batch)s
)
delete from receivables_invoice where entity_id = %(entity)s and import_batch_id = %(batch)s
