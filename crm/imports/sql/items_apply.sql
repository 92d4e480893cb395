-- Movements and the open amounts that follow from them, in one statement (docs/decisions/0002-open-amounts.md).
with moved as (
    insert into receivables_movement (entity_id, customer_id, invoice_id, credit_id, kind, currency, amount, "on", at, by_id,
        reason, import_batch_id)
    select %(entity)s, customer_id, invoice_id, credit_id, kind, currency, amount, moved_on, %(at)s, %(by)s, reason, %(batch)s
    from item_move
    returning invoice_id, credit_id, customer_id, kind, amount, "on"
), debited as (
    update receivables_invoice i
    set open_amount = i.open_amount + m.amount, settled_on = case when i.open_amount + m.amount = 0 then m."on" end
    from moved m where i.id = m.invoice_id
), credited as (
    update receivables_credit c set open_amount = c.open_amount + m.amount from moved m where c.id = m.credit_id
), touched as (
    insert into item_touched
    select customer_id from moved
    union
    select customer_id from receivables_invoice where import_batch_id = %(batch)s
    union
    select customer_id from receivables_credit where import_batch_id = %(batch)s
    on conflict do nothing
)
select count(*) filter (where kind = 'closed_in_ledger') as down, count(*) filter (where kind = 'reopened') as up from moved
