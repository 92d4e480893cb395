-- The file's label replaces another one; a row without a label says nothing of it.
with wanted as (
    select distinct on (i.id) i.id, i.label, t.label as became
    from receivables_invoice i join item_target t on t.side = 'debit' and not t.is_new and t.id = i.id
    where t.label <> '' and i.label <> t.label
    order by i.id, t.line
), kept as (
    insert into imports_labelbefore (batch_id, invoice_id, label, became)
    select %(batch)s, id, label, became from wanted
)
update receivables_invoice i set label = w.became from wanted w where i.id = w.id
