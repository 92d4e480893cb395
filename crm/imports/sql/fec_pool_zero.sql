-- On a day an account came to zero, nothing of before that day is open. Only who has both sides left is looked at.
with torn as (
    select customer_id from fec_left group by customer_id having bool_or(side = 'debit') and bool_or(side = 'credit')
), days as (
    select customer_id, entered_on, sum(sum(amount)) over (partition by customer_id order by entered_on) as balance
    from fec_item join torn using (customer_id) group by customer_id, entered_on
), zeros as (
    select customer_id, max(entered_on) as zero_on from days where balance = 0 group by customer_id
)
update fec_left l set pool = case when l.entered_on <= z.zero_on then l.customer_id::text end
from torn left join zeros z using (customer_id) where torn.customer_id = l.customer_id
