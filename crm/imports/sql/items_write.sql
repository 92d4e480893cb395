-- New items with their final open amounts, the movements, and the open amounts of known ones that follow from them, in one
-- statement (docs/decisions/0002-open-amounts.md). A movement names an item once.
with invoices as (
    insert into receivables_invoice (id, entity_id, customer_id, external_id, number, installment, kind, debt_type, issued_on,
        due_on, due_on_source, currency, amount, open_amount, settled_on, label, import_batch_id, recorded_at)
    select id, %(entity)s, customer_id, external_id, number, installment, 'invoice', 'trade', issued_on, payable_on,
           case when due_given then 'file' else %(due_source)s end, currency, amount, open_amount,
           case when open_amount = 0 then moved_on end, label, %(batch)s, %(at)s
    from item_target where is_new and side = 'debit' and amount <> 0
), credits as (
    insert into receivables_credit (id, entity_id, customer_id, external_id, number, kind, received_on, currency, amount,
        open_amount, label, import_batch_id, recorded_at)
    select id, %(entity)s, customer_id, external_id, number, kind, issued_on, currency, -amount, -open_amount, label, %(batch)s, %(at)s
    from item_target where is_new and side = 'credit'
), moved as (
    insert into receivables_movement (entity_id, customer_id, invoice_id, credit_id, kind, currency, amount, "on", earliest_on,
        at, by_id, reason, import_batch_id)
    select %(entity)s, customer_id, invoice_id, credit_id, kind, currency, amount, moved_on, earliest_on, %(at)s, %(by)s, reason,
           %(batch)s
    from item_move
), debited as (
    update receivables_invoice i
    set open_amount = i.open_amount + m.amount, settled_on = case when i.open_amount + m.amount = 0 then m.moved_on end
    from item_move m where i.id = m.invoice_id
), credited as (
    update receivables_credit c set open_amount = c.open_amount + m.amount from item_move m where c.id = m.credit_id
), fresh as (
    select count(*) filter (where side = 'debit' and amount <> 0) as invoices_new, count(*) filter (where side = 'credit') as credits_new
    from item_target where is_new
)
select fresh.*, count(*) filter (where kind = 'closed_in_ledger') as movements_down,
       count(*) filter (where kind = 'reopened') as movements_up
from fresh left join item_move on true group by invoices_new, credits_new
