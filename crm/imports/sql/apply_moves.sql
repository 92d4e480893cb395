-- Movements and the open amounts that follow from them, in one statement (docs/decisions/0002-open-amounts.md).
with moved as (
    insert into receivables_movement (entity_id, customer_id, invoice_id, credit_id, kind, currency, amount, "on", at, by_id,
        reason, import_batch_id)
    select %(entity)s, customer_id, invoice_id, credit_id, kind, %(currency)s, amount, moved_on, %(at)s, %(by)s,
           reason, %(batch)s
    from fec_move
    returning invoice_id, credit_id, amount, "on"
), invoices as (
    select invoice_id, sum(amount) as amount, max("on") as moved_on from moved where invoice_id is not null group by 1
), credits as (
    select credit_id, sum(amount) as amount from moved where credit_id is not null group by 1
), debited as (
    update receivables_invoice i
    set open_amount = i.open_amount + m.amount,
        settled_on = case when i.open_amount + m.amount = 0 then greatest(m.moved_on, (
            select max(e."on") from receivables_movement e where e.invoice_id = i.id)) end
    from invoices m where i.id = m.invoice_id
), credited as (
    update receivables_credit c set open_amount = c.open_amount + m.amount from credits m where c.id = m.credit_id
)
select count(*) filter (where amount < 0) as down, count(*) filter (where amount > 0) as up from moved
