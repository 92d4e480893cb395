-- How each account (a customer in a currency) with something open stands. Before unapplied money is counted: what is open,
-- late, disputed. Net of it: what is overdue, of it what is not held, and since when. `next_due_on`: what falls due next.
select i.customer_id, i.currency,
       sum(i.open_amount) as open_amount,
       coalesce(sum(i.open_amount) filter (where i.due_on < %(on)s), 0) as late_amount,
       coalesce(sum(i.open_amount) filter (where i.held = 'dispute'), 0) as disputed_amount,
       sum(i.net_amount) filter (where i.overdue) as overdue_amount,
       coalesce(sum(i.net_amount) filter (where i.overdue and i.held is null), 0) as eligible_amount,
       min(i.due_on) filter (where i.overdue) as oldest_due_on,
       min(i.due_on) filter (where i.overdue and i.held is null) as oldest_eligible_on,
       min(i.due_on) filter (where i.overdue and i.held is null and i.trusted) as oldest_trusted_on,
       min(i.held) filter (where i.overdue) as held,
       min(i.due_on) filter (where i.due_on >= %(on)s) as next_due_on
from night_items i
group by i.customer_id, i.currency
order by i.customer_id
