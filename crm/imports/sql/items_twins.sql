with gone as (delete from item_row where copy > 1 returning line, number, external_id, customer)
select gone.line, gone.number, min(kept.line) as first_line
from gone join item_row kept using (customer, external_id, number)
group by gone.line, gone.number order by gone.line
