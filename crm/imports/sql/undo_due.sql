-- Due dates the import replaced come back, where nothing changed them since.
with kept as (
    delete from imports_duedatebefore where batch_id = %(batch)s returning invoice_id, due_on, due_on_source, became_on
)
update receivables_invoice i set due_on = k.due_on, due_on_source = k.due_on_source
from kept k where i.id = k.invoice_id and i.due_on = k.became_on
