-- Terms confirmed now give their due date to the invoices of the file that have a guessed or another one.
with given as (
    update receivables_invoice i set due_on = i.issued_on + %(terms)s::integer, due_on_source = 'terms'
    from fec_line l
    where i.entity_id = %(entity)s and i.external_id = 'fec:' || l.digest || '-' || l.rank and i.installment = 1
        and i.kind = 'invoice' and i.due_on_source in ('guessed', 'terms')
        and (i.due_on_source = 'guessed' or i.due_on <> i.issued_on + %(terms)s::integer)
        and i.import_batch_id <> %(batch)s
    returning i.customer_id
)
insert into fec_touched (customer_id, lines_new, lines_lettered)
select distinct customer_id, 0, 0 from given on conflict do nothing
