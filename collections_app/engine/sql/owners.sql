-- Open actions that nobody has: the team and, by the rule of the step, the person each goes to:
-- the portfolio collector or, while he is away, his replacement (if he is there himself); the team's supervisor where
-- the step says so. What has a team but no person here is given out at the end of the night (assign.sql).
with present as (
    select u.id from accounts_user u
    where u.is_active
      and not exists (select from accounts_absence a where a.user_id = u.id and %(on)s between a.starts_on and a.ends_on)
),
stands_in as (
    select a.user_id, min(p.id) as replacement_id
    from accounts_absence a join present p on p.id = a.replacement_id
    where %(on)s between a.starts_on and a.ends_on group by a.user_id
)
select x.id, coalesce(x.team_id, c.team_id, g.team_id) as team_id,
       case coalesce(s.owner, 'portfolio')
           when 'portfolio' then coalesce(p.id, stands_in.replacement_id)
           when 'supervisor' then boss.id
       end as owner_id
from night_actions x
join customers_customer c on c.id = x.customer_id /* range c.id */
left join segments_group g on g.id = x.group_id
left join scenarios_step s on s.version_id = x.version_id and s.code = x.step_code
left join accounts_team t on t.id = coalesce(x.team_id, c.team_id, g.team_id)
left join accounts_user boss on boss.id = t.supervisor_id and boss.is_active
left join present p on p.id = c.collector_id
left join stands_in on stands_in.user_id = c.collector_id
where x.owner_id is null
