-- What is left to letter, and (pool) with what: items of one pool are set against each other, oldest first.
create temporary table fec_left on commit drop as
with days as (
    select customer_id, entered_on, sum(sum(amount)) over (partition by customer_id order by entered_on) as balance
    from fec_item group by customer_id, entered_on
), zeros as (
    select customer_id, max(entered_on) as zero_on from days where balance = 0 group by customer_id
), last_years as (
    select customer_id, max(year_on) as year_on from fec_item group by customer_id
)
select k.side, k.id, k.customer_id, k.account, k.auxiliary, k.year_on, k.entered_on, k.letter, k.capacity as remaining,
       k.kind = 'opening' or k.year_on < y.year_on as early, k.entered_on <= z.zero_on as before_zero,
       null::text as pool
from fec_known k join last_years y using (customer_id) left join zeros z using (customer_id)
where k.counted and k.capacity > 0

