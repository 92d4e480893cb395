-- What the books of these customers say on the night, per currency.
select i.currency, sum(i.open_amount) as open_amount,
       coalesce(sum(i.open_amount) filter (where i.due_on < %(on)s), 0) as overdue_amount,
       coalesce(sum(i.open_amount) filter (where i.held = 'dispute'), 0) as disputed_amount,
       (select count(*) from night_accounts a where a.currency = i.currency) as customers_overdue
from night_items i group by i.currency
