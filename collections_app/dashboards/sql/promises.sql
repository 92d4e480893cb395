-- Promises by the month of their day: those that ran to it, or were kept before, and how many were kept by their day.
with
/* promises */,
promise as (
    select distinct p.customer_id, p.created_at, p.ends_on, p.lifted, p.kept from promised p
)
select date_trunc('month', p.ends_on)::date as month, count(*) as matured, count(*) filter (where p.kept) as kept
from promise p where p.kept or not p.lifted
group by 1
