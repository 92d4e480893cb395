-- Weighted by amount. Paid: the day the money arrived, or the day the books closed the item. Not paid and late: today.
with invoice as (
    select id, customer_id, issued_on, due_on, amount from receivables_invoice
    where entity_id = %(entity)s and kind = 'invoice' and due_on >= %(since)s and issued_on <= %(on)s
        and currency = %(currency)s and (%(customer)s::bigint is null or customer_id = %(customer)s)
), paid as (
/* paid parts */
), part as (
    select invoice.customer_id, paid.amount, paid.paid_on - invoice.due_on as days
    from paid join invoice on invoice.id = paid.invoice_id where paid.applied_on <= %(on)s
    union all
    select invoice.customer_id, invoice.amount + coalesce(gone.amount, 0), %(on)s - invoice.due_on
    from invoice left join (
        select invoice_id, sum(amount) as amount from receivables_movement
        where "on" <= %(on)s and invoice_id in (select id from invoice) group by invoice_id
    ) as gone on gone.invoice_id = invoice.id
    where invoice.due_on < %(on)s and invoice.amount + coalesce(gone.amount, 0) > 0
)
select customer_id, sum(amount * days) as weighted_days, sum(amount) as amount
from part group by customer_id order by customer_id
