-- Holds of limitation placed for a customer who was being merged: they and what was told of them go over to where their
-- invoices went.
with moved as (
    update holds_hold hold set customer_id = invoice.customer_id
    from holds_hold placed
    join receivables_invoice invoice on invoice.id = placed.invoice_id and invoice.customer_id <> placed.customer_id
    where placed.entity_id = %(entity)s and placed.kind = 'limitation' and placed.ended_on is null and hold.id = placed.id
    returning hold.id, placed.created_at, placed.customer_id as placed_for, invoice.customer_id
)
update timeline_entry entry set customer_id = moved.customer_id
from moved
where entry.customer_id = moved.placed_for and entry.at >= moved.created_at and entry.about = 'hold' and entry.about_id = moved.id
