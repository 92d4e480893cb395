-- The account's step waits while an invoice has a lower step of its own to open, tonight or on the next worked day.
select p.*, case when p.outcome = 'open_action' and n.lowest_offset < p.step_offset then 'by_invoice'
                 else p.outcome end as decided
from night_plan p
left join (
    select customer_id, currency, min(step_offset) as lowest_offset from night_invoices where due group by customer_id, currency
) n on n.customer_id = p.customer_id and n.currency = p.currency
