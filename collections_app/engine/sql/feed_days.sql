-- The last days on which books came, the latest first: those of imports, and those the nights have noted since, because of
-- what comes through the API only the last instant is kept.
select came.day
from (
    select (b.finished_at at time zone %(time_zone)s)::date as day from imports_batch b
    where b.entity_id = %(entity)s and b.status in ('done', 'undoing') and b.format <> 'customers'
      and (b.rows_rejected = 0 or b.rows_rejected < b.rows_read)
    union
    select r.books_on from engine_run r
    where r.entity_id = %(entity)s and r.state = 'done' and r.books_on is not null
    union
    select %(last)s
) came
where came.day <= %(last)s
order by came.day desc limit %(days)s
