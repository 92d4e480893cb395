-- Payments that name an invoice their customer does not have.
select count(*) as invoices, (array_agg(distinct p.invoice_number order by p.invoice_number))[1:5] as numbers
from payment_row p
where p.invoice_number <> '' and p.customer_id is not null and not exists (
    select from receivables_invoice i
    where i.entity_id = %(entity)s and i.number = p.invoice_number and i.customer_id = p.customer_id
        and i.currency = p.currency)
