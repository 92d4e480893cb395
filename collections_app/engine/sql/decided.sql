-- The account's step waits while an invoice has a lower step of its own to open, tonight or on the next worked day; once all
-- steps of the account are passed, a person decides what follows when no invoice has a step of its own to come.
select p.*, case when p.outcome = 'open_action' and n.lowest_offset < p.step_offset then 'by_invoice'
                 when p.outcome in ('open_action', 'waiting_decision') and p.again and n.comes then 'invoices_first'
                 else p.outcome end as decided
from night_plan p
left join (
    select customer_id, currency, min(step_offset) filter (where due) as lowest_offset,
           bool_or(opens or look_on is not null) as comes
    from night_invoices group by customer_id, currency
) n on n.customer_id = p.customer_id and n.currency = p.currency
