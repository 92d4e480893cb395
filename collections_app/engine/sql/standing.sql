-- How each account (a customer in a currency) with something open stands. Before unapplied money is counted: what is open,
-- late (in all, and of it what is late by more than 30 days), disputed. Net of it: what is overdue, of it what is not held,
-- and since when. `next_due_on`: what falls due next; `ages_on`: the first date on which a part of it is of another age.
select i.customer_id, i.currency,
       sum(i.open_amount) as open_amount,
       coalesce(sum(i.open_amount) filter (where i.due_on < %(on)s), 0) as late_amount,
       coalesce(sum(i.open_amount) filter (where i.due_on < %(on)s::date - 30 and i.due_on >= %(on)s::date - 60), 0) as days_31_60,
       coalesce(sum(i.open_amount) filter (where i.due_on < %(on)s::date - 60 and i.due_on >= %(on)s::date - 90), 0) as days_61_90,
       coalesce(sum(i.open_amount) filter (where i.due_on < %(on)s::date - 90), 0) as days_91,
       least(min(i.due_on) filter (where i.due_on >= %(on)s::date - 30 and i.due_on < %(on)s) + 31,
             min(i.due_on) filter (where i.due_on >= %(on)s::date - 60 and i.due_on < %(on)s::date - 30) + 61,
             min(i.due_on) filter (where i.due_on >= %(on)s::date - 90 and i.due_on < %(on)s::date - 60) + 91) as ages_on,
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
