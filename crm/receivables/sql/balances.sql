with owed as (
    select currency, sum(open_amount) as open,
        sum(open_amount) filter (where due_on < %(on)s) as overdue,
        sum(open_amount) filter (where id = any(%(disputed)s)) as disputed,
        min(due_on) filter (where due_on < %(on)s) as oldest_due_on
    from receivables_invoice where customer_id = %(customer)s and settled_on is null group by currency
), held as (
    select currency, sum(open_amount) as unapplied
    from receivables_credit where customer_id = %(customer)s and open_amount > 0 group by currency
)
select currency, coalesce(open, 0) as open, coalesce(overdue, 0) as overdue, coalesce(unapplied, 0) as unapplied,
    coalesce(disputed, 0) as disputed, oldest_due_on
from owed full join held using (currency) order by currency
