-- Terms confirmed now give their due date to the invoices of the file that have a guessed or another one.
with wanted as (
    select i.id, i.due_on, i.due_on_source, i.issued_on + %(terms)s::integer as payable_on
    from receivables_invoice i
    join fec_line l on i.external_id = 'fec:' || l.digest || '-' || l.rank
    where i.entity_id = %(entity)s and i.installment = 1
        and i.kind = 'invoice' and i.due_on_source in ('guessed', 'terms')
        and (i.due_on_source = 'guessed' or i.due_on <> i.issued_on + %(terms)s::integer)
        and i.import_batch_id <> %(batch)s
), kept as (
    insert into imports_duedatebefore (batch_id, invoice_id, due_on, due_on_source, became_on)
    select %(batch)s, id, due_on, due_on_source, payable_on from wanted
), given as (
    update receivables_invoice i set due_on = w.payable_on, due_on_source = 'terms' from wanted w where i.id = w.id
    returning i.customer_id
)
insert into fec_touched (customer_id, lines_new, lines_lettered)
select distinct customer_id, 0, 0 from given on conflict do nothing
