-- What is written of the nature of customers and means none, with the first line that says it.
select line, nature
from (select distinct on (nature) line, nature from item_staged where customer_kind = '' and nature <> '' order by nature, line) as met
order by line limit %(most)s
