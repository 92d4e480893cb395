-- Lines known of the days this file tells that are not in it any more: an extract cut short, or entries undone in the books;
-- of how many known, and how many it tells anew.
select count(*) filter (where r.known_id is null) as lines,
       coalesce(sum(known.amount) filter (where r.known_id is null), 0) as balance,
       coalesce((array_agg(distinct known.number) filter (where r.known_id is null))[1:5], '{}') as numbers,
       count(*) as of_lines,
       (select count(*) from fec_line l where l.amount <> 0)  - (select count(*) from fec_recalled) as new_lines
from imports_fecline known left join fec_recalled r on r.known_id = known.id
where known.entity_id = %(entity)s
    and known.entered_on between (select min(entered_on) from fec_staged) and (select max(entered_on) from fec_staged)
