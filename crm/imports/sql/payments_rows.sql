-- Who pays: the customer named, else the one holder of the invoice named. The same payment again is the same row again.
create temporary table payment_row on commit drop as
with holders as (
    select i.number, min(i.customer_id) as customer_id
    from receivables_invoice i join (select distinct invoice_number from payment_staged where invoice_number <> '') p
        on p.invoice_number = i.number
    where i.entity_id = %(entity)s group by i.number having count(distinct i.customer_id) = 1
)
select p.*, coalesce(c.merged_into_id, c.id, case when p.customer = '' then h.customer_id end) as customer_id,
       'pay:' || md5(concat_ws(chr(31), p.customer, p.paid_on, trim_scale(p.amount), p.currency, p.invoice_number, p.reference))
       || '-' || row_number() over (partition by p.customer, p.paid_on, p.amount, p.currency, p.invoice_number, p.reference
                                    order by p.line) as external_id
from payment_staged p
left join customers_customer c on c.entity_id = %(entity)s and c.external_id = p.customer and p.customer <> ''
left join holders h on h.number = p.invoice_number
