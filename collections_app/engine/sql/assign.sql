-- What no rule gave to a person goes to the members of its team, the highest rank first to the least loaded, up to their
-- capacity. A member of several teams that wait shares his places between them, in turn. What finds no place stays in
-- the team's unassigned list. An action that has an owner keeps him.
--
-- What waits may be a million and the places few: the highest ranks are found by the index of what waits, as for the
-- to-do list (actions/sql/most_urgent.sql). Only teams that find too few among these are read whole.
with recursive present as (
    select u.id, u.capacity, w.sees_all, w.teams
    from accounts_workers(%(entity)s, %(working)s::text[]) w
    join accounts_user u on u.id = w.id and u.role in ('collector', 'field_agent')
    where not exists (select from accounts_absence a where a.user_id = u.id and %(on)s between a.starts_on and a.ends_on)
),
load as (
    select x.owner_id, count(*) as tasks from actions_action x
    where x.owner_id = any(array(select id from present)) and x.state in ('todo', 'to_approve')
      and (x.snoozed_until is null or x.snoozed_until <= %(on)s)
    group by x.owner_id
),
able as materialized (
    select p.*, p.capacity - coalesce(load.tasks, 0) as free, coalesce(load.tasks, 0) as tasks
    from present p left join load on load.owner_id = p.id
    where p.capacity > coalesce(load.tasks, 0)
),
of_team as materialized (
    select m.team_id, m.user_id, able.free, able.tasks
    from accounts_teammember m join able on able.id = m.user_id and (able.sees_all or m.team_id = any(able.teams))
),
team as materialized (
    select team_id as id, sum(free) as most from of_team group by team_id
),
since as (
/* dates of nobody */
),
dated as materialized (
    select "on", action_rank(1000000, "on", %(on)s) / 1000000 + 0.000001 as above, count(*) over () as dates
    from since where "on" is not null and exists (select from team)
),
-- Twice as many as there are places: several teams need not wait in equal numbers.
wanted as materialized (select sum(most)::bigint * least(2, count(*)) as number from team),
-- As many as are wanted of the heaviest of each date tell how low the last one ranks at least.
lowest as materialized (
    select case when count(*) = (select number from wanted) then min(rank) - 0.001 end as rank
    from (
        select action_rank(u.weight, dated."on", %(on)s) as rank from dated cross join wanted cross join lateral (
            select x.weight from actions_action x
            where x.entity_id = %(entity)s and x.owner_id is null and x.state in ('todo', 'to_approve')
              and x.late_since_on = dated."on" and x.team_id = any(array(select id from team))
            order by x.owner_id, x.weight desc limit 4 + 4 * wanted.number / dated.dates
        ) u
        order by rank desc limit (select number from wanted)
    ) best
),
-- plan: `offset 0`, for taken out of its loop the join would read everything. (So would a semi-join: hence the arrays.)
highest as materialized (
    select u.* from dated cross join lowest cross join lateral (
        select x.id, x.team_id, x.customer_id, action_rank(x.weight, x.late_since_on, %(on)s) as rank
        from actions_action x
        where x.entity_id = %(entity)s and x.owner_id is null and x.state in ('todo', 'to_approve')
          and x.late_since_on = dated."on" and x.weight >= lowest.rank / dated.above
          and x.team_id = any(array(select id from team))
        offset 0
    ) u
    where lowest.rank is not null
),
short as materialized (
    select array_agg(team.id) as teams from team
    where team.most > (select count(*) from highest h where h.team_id = team.id)
),
unowned as materialized (
    select * from highest h where not exists (select from short where h.team_id = any(short.teams))
    union all
    select u.* from short cross join lateral (
        select x.id, x.team_id, x.customer_id, action_rank(x.weight, x.late_since_on, %(on)s) as rank
        from actions_action x
        where x.entity_id = %(entity)s and x.owner_id is null and x.state in ('todo', 'to_approve')
          and x.team_id = any(short.teams)
        offset 0
    ) u
    where short.teams is not null
),
member as (
    select m.*, row_number() over (partition by m.user_id order by m.team_id) as turn,
           count(*) over (partition by m.user_id) as turns
    from of_team m
    where m.team_id in (select team_id from unowned)
),
slot as materialized (
    select m.team_id, m.user_id, row_number() over (partition by m.team_id order by m.tasks + n.i, m.user_id) as place
    from member m cross join lateral generate_series(m.turn, m.free, m.turns) n(i)
),
places as (
    select team_id, count(*) as free from slot group by team_id
),
given as materialized (
    select waiting.id, slot.user_id
    from places
    cross join lateral (
        select u.id, row_number() over (order by u.rank desc, u.customer_id, u.id) as place from unowned u
        where u.team_id = places.team_id order by u.rank desc, u.customer_id, u.id limit places.free
    ) waiting
    join slot on slot.team_id = places.team_id and slot.place = waiting.place
)
update actions_action x set owner_id = given.user_id from given
where x.id = any(array(select id from given)) and x.id = given.id and x.owner_id is null and x.state in ('todo', 'to_approve')
