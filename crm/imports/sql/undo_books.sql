-- What the books show of what was written off is not known again until the next list of this source.
update receivables_invoice i set books_amount = null
from imports_batch undone
join imports_batch b on b.entity_id = undone.entity_id and b.format = undone.format and b.source = undone.source
where undone.id = %(batch)s and i.entity_id = %(entity)s and i.import_batch_id = b.id and i.books_amount is not null
    and i.id in (select invoice_id from receivables_movement where entity_id = %(entity)s and kind = 'written_off')
