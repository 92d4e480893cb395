-- The file's due date replaces another one; a date from terms never replaces the file's.
with moved as (
    update receivables_invoice i
    set due_on = t.payable_on, due_on_source = case when t.due_given then 'file' else %(due_source)s end
    from item_target t
    where t.side = 'debit' and t.known_id = i.id
        and (t.due_given and (i.due_on <> t.payable_on or i.due_on_source <> 'file')
             or not t.due_given and i.due_on_source <> 'file' and %(due_source)s = 'terms'
                and (i.due_on <> t.payable_on or i.due_on_source <> 'terms'))
    returning i.customer_id
)
insert into item_touched select customer_id from moved on conflict do nothing
