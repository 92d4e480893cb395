-- Allocations of payments just received, each movement with the open amounts it changes, in one statement.
with given as (
    select * from unnest(%(invoices)s::bigint[], %(credits)s::bigint[], %(amounts)s::numeric[], %(dates)s::date[])
        as g(invoice_id, credit_id, amount, received_on)
), moved as (
    insert into receivables_movement (
        entity_id, customer_id, invoice_id, credit_id, kind, currency, amount, "on", at, by_id, reason)
    select i.entity_id, i.customer_id, i.id, given.credit_id, 'allocated', i.currency, -given.amount,
           given.received_on, %(at)s, %(by)s, ''
    from given join receivables_invoice i on i.id = given.invoice_id
), owed as (
    select invoice_id, sum(amount) as amount, max(received_on) as received_on from given group by invoice_id
), settled as (
    update receivables_invoice i set
        open_amount = i.open_amount - owed.amount,
        settled_on = case when i.open_amount = owed.amount then greatest(owed.received_on, (
            select max(m."on") from receivables_movement m where m.invoice_id = i.id and m.amount < 0)) end
    from owed where i.id = owed.invoice_id
), spent as (
    select credit_id, sum(amount) as amount from given group by credit_id
)
update receivables_credit c set open_amount = c.open_amount - spent.amount from spent where c.id = spent.credit_id
