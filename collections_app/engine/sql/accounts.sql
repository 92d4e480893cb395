-- What each customer owes late in each currency: one row where something net is overdue.
select i.customer_id, i.currency,
       sum(i.net_amount) as overdue_amount,
       coalesce(sum(i.net_amount) filter (where i.held is null), 0) as eligible_amount,
       min(i.due_on) as oldest_due_on,
       min(i.due_on) filter (where i.held is null) as oldest_eligible_on,
       min(i.due_on) filter (where i.held is null and i.trusted) as oldest_trusted_on,
       min(i.held) as held
from night_items i
where i.due_on < %(on)s and i.net_amount > 0
group by i.customer_id, i.currency
order by i.customer_id
