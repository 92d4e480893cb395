-- New items with their final open amounts, the movements, and the open amounts of known items that follow from them, in one
-- statement (docs/decisions/0002-open-amounts.md).
with debits as (
    select invoice_id as id, sum(amount) as amount, max(moved_on) as moved_on
    from fec_move where invoice_id is not null group by 1
), credits as (
    select credit_id as id, sum(amount) as amount from fec_move where credit_id is not null group by 1
), invoices as (
    insert into receivables_invoice (id, entity_id, customer_id, external_id, number, installment, kind, debt_type, issued_on,
        due_on, due_on_source, currency, amount, open_amount, settled_on, label, import_batch_id, recorded_at)
    select i.id, %(entity)s, i.customer_id, i.external_id, i.number, 1, i.kind, 'trade', i.issued_on,
           case when i.kind = 'invoice' then i.issued_on + %(terms)s::integer else i.issued_on end,
           case when i.kind = 'invoice' then %(due_source)s else 'guessed' end, %(currency)s, i.amount,
           i.amount + coalesce(m.amount, 0), case when i.amount + m.amount = 0 then m.moved_on end, i.label, %(batch)s, %(at)s
    from fec_item i left join debits m using (id) where i.is_new and i.side = 'debit'
), payments as (
    insert into receivables_credit (id, entity_id, customer_id, external_id, number, kind, received_on, currency, amount,
        open_amount, label, import_batch_id, recorded_at)
    select i.id, %(entity)s, i.customer_id, i.external_id, i.number, i.kind, i.entered_on, %(currency)s, -i.amount,
           coalesce(m.amount, 0) - i.amount, i.label, %(batch)s, %(at)s
    from fec_item i left join credits m using (id) where i.is_new and i.side = 'credit'
), moved as (
    insert into receivables_movement (entity_id, customer_id, invoice_id, credit_id, kind, currency, amount, "on", at, by_id,
        reason, import_batch_id)
    select %(entity)s, customer_id, invoice_id, credit_id, kind, %(currency)s, amount, moved_on, %(at)s, %(by)s, reason,
           %(batch)s
    from fec_move
), debited as (
    update receivables_invoice i
    set open_amount = i.open_amount + m.amount,
        settled_on = case when i.open_amount + m.amount = 0 then greatest(m.moved_on, k.moved_on) end
    from debits m join fec_known k on k.side = 'debit' and k.id = m.id where i.id = m.id
), credited as (
    update receivables_credit c set open_amount = c.open_amount + m.amount
    from credits m join fec_known k on k.side = 'credit' and k.id = m.id where c.id = m.id
), fresh as (
    select count(*) filter (where side = 'debit') as invoices_new, count(*) filter (where side = 'credit') as credits_new
    from fec_item where is_new
)
select fresh.*, count(*) filter (where amount < 0) as movements_down, count(*) filter (where amount > 0) as movements_up
from fresh left join fec_move on true group by invoices_new, credits_new
