select b.reason, count(*) as customers, sum(b.nights) as nights, sum(b.amount) as amount
from simulated_block b group by b.reason order by count(*) desc, b.reason
