-- Labels the import replaced come back, where nothing changed them since; those later ones replaced of its own invoices go
-- with these.
with kept as (
    delete from imports_labelbefore where batch_id = %(batch)s returning invoice_id, label, became
), later as (
    delete from imports_labelbefore l using receivables_invoice i
    where l.batch_id <> %(batch)s and i.id = l.invoice_id and i.entity_id = %(entity)s and i.import_batch_id = %(batch)s
)
update receivables_invoice i set label = k.label from kept k where i.id = k.invoice_id and i.label = k.became
