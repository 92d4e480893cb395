-- The movements of the import go, and the open amounts with them, in one statement (docs/decisions/0002-open-amounts.md).
with gone as (
    delete from receivables_movement where import_batch_id = %(batch)s returning id, invoice_id, credit_id, amount
), invoices as (
    select invoice_id, sum(amount) as amount from gone where invoice_id is not null group by invoice_id
), credits as (
    select credit_id, sum(amount) as amount from gone where credit_id is not null group by credit_id
), others as (
    select m.invoice_id, max(m."on") as moved_on
    from receivables_movement m join invoices using (invoice_id)
    where m.import_batch_id is distinct from %(batch)s group by m.invoice_id
), debited as (
    update receivables_invoice i set open_amount = i.open_amount - g.amount,
        settled_on = case when i.open_amount - g.amount = 0 then coalesce(o.moved_on, i.issued_on) end
    from invoices g left join others o using (invoice_id) where i.id = g.invoice_id
)
update receivables_credit c set open_amount = c.open_amount - g.amount from credits g where c.id = g.credit_id
