-- Customers whose lines are new, or lettered anew, are looked at again.
insert into fec_touched (customer_id, lines_new, lines_lettered)
select customer_id, count(*) filter (where known_id is null), count(*) filter (where known_id is not null)
from fec_line where amount <> 0 and (known_id is null or known_letter <> letter) group by customer_id
