-- Customers whose lines are new, or lettered anew, are looked at again.
insert into fec_touched (customer_id, lines_new, lines_lettered)
select customer_id, count(*) filter (where is_new), count(*) filter (where not is_new)
from (
    select l.customer_id, true as is_new
    from fec_line l left join fec_recalled r using (line) where l.amount <> 0 and r.line is null
    union all
    select customer_id, false from fec_recalled where known_letter <> letter
) as changes group by customer_id
