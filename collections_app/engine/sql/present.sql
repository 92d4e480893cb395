-- Who takes the work of each person who works on customers: himself when he is there, else who stands in for him, else nobody.
-- And what he sees himself.
select u.id as user_id,
       case when exists (select from accounts_absence a where a.user_id = u.id and %(on)s between a.starts_on and a.ends_on)
            then s.replacement_id else u.id end as works_for_him,
       case when u.sees_all then 'all' else array_to_string(u.teams, ' ') end as sight
from accounts_workers(%(entity)s, %(working)s::text[]) u
left join accounts_stand_ins(%(entity)s, %(working)s::text[], %(on)s) s on s.user_id = u.id
