-- What no rule gave to a person goes to the members of its team, the highest rank first to the least loaded, up to their
-- capacity. A member of several teams that wait shares his places between them, in turn. What finds no place stays in
-- the team's unassigned list. An action that has an owner keeps him.
with present as (
    select u.id, u.capacity from accounts_user u
    where u.is_active and u.role in ('collector', 'field_agent')
      and not exists (select from accounts_absence a where a.user_id = u.id and %(on)s between a.starts_on and a.ends_on)
),
load as (
    select x.owner_id, count(*) as tasks from actions_action x
    where x.owner_id in (select id from present) and x.state in ('todo', 'to_approve')
      and (x.snoozed_until is null or x.snoozed_until <= %(on)s)
    group by x.owner_id
),
able as materialized (
    select p.id, p.capacity - coalesce(load.tasks, 0) as free, coalesce(load.tasks, 0) as tasks
    from present p left join load on load.owner_id = p.id
    where p.capacity > coalesce(load.tasks, 0)
),
unowned as materialized (
    select x.id, x.team_id, x.customer_id, action_rank(x.weight, x.late_since_on, %(on)s) as rank
    from actions_action x
    where x.entity_id = %(entity)s and x.owner_id is null and x.state in ('todo', 'to_approve')
      and x.team_id in (select m.team_id from accounts_teammember m join able on able.id = m.user_id)
),
member as (
    select m.team_id, m.user_id, able.free, able.tasks,
           row_number() over (partition by m.user_id order by m.team_id) as turn, count(*) over (partition by m.user_id) as turns
    from accounts_teammember m
    join able on able.id = m.user_id
    where m.team_id in (select team_id from unowned)
),
slot as materialized (
    select m.team_id, m.user_id, row_number() over (partition by m.team_id order by m.tasks + n.i, m.user_id) as place
    from member m cross join lateral generate_series(m.turn, m.free, m.turns) n(i)
),
places as (
    select team_id, count(*) as free from slot group by team_id
),
given as (
    select waiting.id, slot.user_id
    from places
    cross join lateral (
        select u.id, row_number() over (order by u.rank desc, u.customer_id, u.id) as place from unowned u
        where u.team_id = places.team_id order by u.rank desc, u.customer_id, u.id limit places.free
    ) waiting
    join slot on slot.team_id = places.team_id and slot.place = waiting.place
)
update actions_action x set owner_id = given.user_id from given
where x.id = given.id and x.owner_id is null and x.state in ('todo', 'to_approve')
