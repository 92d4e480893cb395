-- Accounts of third parties that are not imported: notes receivable, doubtful debtors, advances.
select left(account, 3) as prefix, count(*) as lines, sum(amount) as balance
from fec_staged where account like any (%(apart)s) and not account like any (%(receivables)s)
group by left(account, 3) order by 1
