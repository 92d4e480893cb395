-- Lines known of the days this file tells that are not in it any more: an extract cut short, or entries undone in the books.
select count(*) as lines, coalesce(sum(known.amount), 0) as balance,
       coalesce((array_agg(distinct known.number))[1:5], '{}') as numbers
from imports_fecline known
where known.entity_id = %(entity)s
    and known.entered_on between (select min(entered_on) from fec_staged) and (select max(entered_on) from fec_staged)
    and not exists (select from fec_recalled r where r.known_id = known.id)
