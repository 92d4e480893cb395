-- The account's step waits while an invoice has a lower step of its own to open.
select p.*, case when p.outcome = 'open_action' and exists (
           select 1 from night_invoices n
           where n.customer_id = p.customer_id and n.currency = p.currency and n.step_offset < p.step_offset
       ) then 'by_invoice' else p.outcome end as decided
from night_plan p
