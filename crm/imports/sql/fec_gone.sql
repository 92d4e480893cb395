-- Lines known of the days this file tells that are not in it any more: an extract cut short, or entries undone in the books.
with days as (
    select min(entered_on) as first_on, max(entered_on) as last_on from fec_staged
)
select count(*) as lines, coalesce(sum(known.amount), 0) as balance,
       coalesce((array_agg(distinct known.number))[1:5], '{}') as numbers
from imports_fecline known, days
where known.entity_id = %(entity)s and known.entered_on between days.first_on and days.last_on
    and not exists (select from fec_line l where l.digest = known.digest and l.rank = known.rank)
