-- Open items of these customers with what a decision may rest on, as a SELECT: the night makes it a temporary table,
-- `explain` a CTE.
select n.invoice_id, n.customer_id, n.currency, n.due_on, n.open_amount, n.net_amount, n.held,
       n.kind = 'invoice' and n.due_on_source <> 'guessed' as trusted, n.due_on < %(on)s and n.net_amount > 0 as overdue
from (
/* net open items */
) n
