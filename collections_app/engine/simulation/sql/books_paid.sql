-- By how many paid invoices usual delays are told: as in books_predicted.
with invoice as (
    select i.id, i.issued_on from receivables_invoice i
    where i.kind = 'invoice' and (i.settled_on > %(from)s::date - 365 or i.settled_on is null)
),
part as (
/* paid parts */
)
select count(distinct p.invoice_id) as number from part p where p.applied_on > %(from)s::date - 365
