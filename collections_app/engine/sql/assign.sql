-- Owners for open actions that have none: the portfolio collector or, while he is away, his replacement; the team's
-- supervisor where the step says so; else the members of the team, the least loaded first, up to their capacity.
-- What finds no place stays in the team's unassigned list. An action that has an owner keeps him.
with away as (
    select a.user_id, min(a.replacement_id) as replacement_id
    from accounts_absence a where %(on)s between a.starts_on and a.ends_on group by a.user_id
),
orphan as (
    select x.id, x.customer_id, x.state, x.amount, x.rank, coalesce(x.team_id, c.team_id, g.team_id) as team_id,
           coalesce(s.owner, 'portfolio') as owner_rule,
           case when w.user_id is not null then w.replacement_id when k.is_active then c.collector_id end as collector_id
    from actions_action x
    join customers_customer c on c.id = x.customer_id
    left join segments_group g on g.id = x.group_id
    left join scenarios_step s on s.version_id = x.scenario_version_id and s.code = x.step_code
    left join away w on w.user_id = c.collector_id
    left join accounts_user k on k.id = c.collector_id
    where x.entity_id = %(entity)s and x.owner_id is null and x.state in ('todo', 'to_approve', 'scheduled')
),
member as (
    select m.team_id, m.user_id, u.capacity,
           (select count(*) from actions_action l
            where l.owner_id = m.user_id and l.state in ('todo', 'to_approve')
              and (l.snoozed_until is null or l.snoozed_until <= %(on)s)) as load
    from accounts_teammember m
    join accounts_team t on t.id = m.team_id and t.entity_id = %(entity)s
    join accounts_user u on u.id = m.user_id and u.is_active and u.role in ('collector', 'field_agent')
    where not exists (select 1 from away w where w.user_id = m.user_id)
),
own as (
    select o.id, o.team_id,
           case o.owner_rule when 'portfolio' then o.collector_id when 'supervisor' then t.supervisor_id end as user_id,
           o.state, o.rank
    from orphan o left join accounts_team t on t.id = o.team_id
),
waiting as (
    select o.id, o.team_id, row_number() over (partition by o.team_id order by o.rank desc, o.id) as place
    from own o where o.user_id is null and o.team_id is not null and o.state <> 'scheduled'
),
slot as (
    select m.team_id, m.user_id,
           row_number() over (partition by m.team_id order by m.load + n.i, m.user_id) as place
    from member m cross join lateral generate_series(1, greatest(0, m.capacity - m.load)) n(i)
)
update actions_action x
set owner_id = coalesce(o.user_id, s.user_id), team_id = o.team_id
from own o
left join waiting w on w.id = o.id
left join slot s on s.team_id = w.team_id and s.place = w.place
where x.id = o.id and (x.owner_id, x.team_id) is distinct from (coalesce(o.user_id, s.user_id), o.team_id)
