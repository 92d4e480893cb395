-- What each entry (journal, number, day) says beside its customer lines. Where numbers mean nothing ("0" everywhere) the
-- document stands for the number.
create temporary table fec_entry on commit drop as
select journal, entry, entered_on,
       bool_or(account like '10%%' or account like '11%%' or account like '12%%')
           and not bool_or(account like '6%%' or account like '7%%') as opens,
       -coalesce(sum(sale) filter (where sale < 0), 0) as sold, coalesce(sum(sale) filter (where sale > 0), 0) as returned,
       coalesce(sum(cash) filter (where cash > 0), 0) as cashed, -coalesce(sum(cash) filter (where cash < 0), 0) as paid,
       bool_or(not account like any (%(receivables)s)) as told
from fec_told
where not account like any (%(receivables)s) or account not like '4%%' or sale is not null
group by journal, entry, entered_on
