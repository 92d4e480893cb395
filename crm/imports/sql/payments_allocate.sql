-- Each new payment goes to the invoice it names, in order of date, as far as the invoice is open.
-- Nobody moves these until the commit; in the order of their ids, as everywhere.
with locked as materialized (
    select i.id, i.open_amount, i.issued_on from receivables_invoice i
    where i.id in (
        select c.names_invoice_id from receivables_credit c
        where c.import_batch_id = %(batch)s and c.entity_id = %(entity)s and c.names_invoice_id is not null)
    order by i.id for no key update
), laid as (
    select c.id as credit_id, c.customer_id, c.currency, c.amount, c.received_on, i.id as invoice_id, i.open_amount, i.issued_on,
           sum(c.amount) over (partition by i.id order by c.received_on, c.id) - c.amount as before
    from receivables_credit c join locked i on i.id = c.names_invoice_id
    where c.import_batch_id = %(batch)s and c.entity_id = %(entity)s and i.open_amount > 0
), moved as (
    insert into receivables_movement (entity_id, customer_id, invoice_id, credit_id, kind, currency, amount, "on", at, by_id,
        reason, import_batch_id)
    select %(entity)s, customer_id, invoice_id, credit_id, 'allocated', currency, -least(amount, open_amount - before),
           greatest(received_on, issued_on), %(at)s, %(by)s, %(reason)s, %(batch)s
    from laid where before < open_amount
    returning invoice_id, credit_id, amount, "on"
), invoices as (
    select invoice_id, sum(amount) as amount, max("on") as moved_on from moved group by invoice_id
), debited as (
    update receivables_invoice i set open_amount = i.open_amount + m.amount,
        settled_on = case when i.open_amount + m.amount = 0 then m.moved_on end
    from invoices m where i.id = m.invoice_id
), credited as (
    update receivables_credit c set open_amount = c.open_amount + m.amount from moved m where c.id = m.credit_id
)
select count(*) as allocated from moved
