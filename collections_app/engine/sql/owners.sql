-- Owners for the actions that nobody has. What no rule gives to a person goes to the members of the team, the least
-- loaded first, up to their capacity. A member of several teams that wait shares his places between them, in turn. What
-- finds no place stays in the team's unassigned list. An action that has an owner keeps him.
with present as (
    select u.id, u.capacity from accounts_user u
    where u.is_active and u.role in ('collector', 'field_agent')
      and not exists (select from accounts_absence a where a.user_id = u.id and %(on)s between a.starts_on and a.ends_on)
),
load as (
    select x.owner_id, count(*) as tasks from actions_action x
    where x.state in ('todo', 'to_approve') and (x.snoozed_until is null or x.snoozed_until <= %(on)s)
    group by x.owner_id
),
member as (
    select m.team_id, m.user_id, greatest(0, p.capacity - coalesce(load.tasks, 0)) as free, coalesce(load.tasks, 0) as tasks,
           row_number() over (partition by m.user_id order by m.team_id) as turn, count(*) over (partition by m.user_id) as turns
    from accounts_teammember m
    join present p on p.id = m.user_id
    left join load on load.owner_id = m.user_id
    where m.team_id in (select o.team_id from night_orphans o where o.place is not null)
),
slot as (
    select m.team_id, m.user_id, row_number() over (partition by m.team_id order by m.tasks + n.i, m.user_id) as place
    from member m cross join lateral generate_series(m.turn, m.free, m.turns) n(i)
)
select o.id, coalesce(o.user_id, s.user_id) as owner_id, o.team_id
from night_orphans o
left join slot s on s.team_id = o.team_id and s.place = o.place
