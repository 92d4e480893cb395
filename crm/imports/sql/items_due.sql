-- The file's due date replaces another one; a date from terms never replaces the file's.
with wanted as (
    select i.id, i.due_on, i.due_on_source, t.payable_on, case when t.due_given then 'file' else %(due_source)s end as source
    from receivables_invoice i join item_target t on t.side = 'debit' and not t.is_new and t.id = i.id
    where t.due_given and (i.due_on <> t.payable_on or i.due_on_source <> 'file')
        or not t.due_given and i.due_on_source <> 'file' and %(due_source)s = 'terms'
            and (i.due_on <> t.payable_on or i.due_on_source <> 'terms')
), kept as (
    insert into imports_duedatebefore (batch_id, invoice_id, due_on, due_on_source, became_on)
    select %(batch)s, id, due_on, due_on_source, payable_on from wanted
), moved as (
    update receivables_invoice i set due_on = w.payable_on, due_on_source = w.source from wanted w where i.id = w.id
    returning i.customer_id
)
insert into item_redated select customer_id from moved
