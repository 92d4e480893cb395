-- Who takes the work of each person who works on customers: himself when he is there, else the first of those who stand in
-- for him, work too and are there, else nobody.
with works as (
    select u.id from accounts_user u where u.is_active and (u.is_superuser or u.role = any(%(working)s::text[]))
),
away as (
    select a.user_id, a.replacement_id from accounts_absence a where %(on)s between a.starts_on and a.ends_on
)
select u.id as user_id,
       case when u.id not in (select user_id from away) then u.id
            else (select min(r.id) from away join works r on r.id = away.replacement_id
                  where away.user_id = u.id and r.id not in (select user_id from away)) end as works_for_him
from works u
