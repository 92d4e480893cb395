-- Entities seen whole, teams let into, and entities where anything is seen, of one person. An entity is whole too when
-- none of its customers is without team or of a team he was not let into: lists then need not look at the customer.
-- The teams of its customers are found one after the other in the index, in as many looks as there are.
with recursive let_in as materialized (
    select accounts_sees(%(user)s, 'see_entity') as entities, accounts_sees(%(user)s, 'see_team') as teams
),
house as materialized (
    select e.id, e.id = any(let_in.entities) as by_right,
           exists (select from accounts_team t where t.id = any(let_in.teams) and t.entity_id = e.id) as by_team
    from accounts_entity e cross join let_in
),
team as (
    select house.id as entity_id,
           (select min(c.team_id) from customers_customer c where c.entity_id = house.id) as id
    from house where by_team and not by_right
    union all
    select team.entity_id,
           (select min(c.team_id) from customers_customer c where c.entity_id = team.entity_id and c.team_id > team.id)
    from team where team.id is not null
),
partly as (
    select entity_id from team cross join let_in where team.id <> all(let_in.teams)
    union all
    select house.id from house
    where by_team and not by_right and (
        select c.team_id is null from customers_customer c where c.entity_id = house.id
        order by c.team_id desc nulls first limit 1
    )
),
seen as (
    select id, by_right or by_team and id not in (select entity_id from partly) as whole
    from house
    where by_right or by_team or (
        select c.id from customers_customer c where c.collector_id = %(user)s and c.entity_id = house.id limit 1
    ) is not null
)
select array(select id from seen where whole order by id) as entities,
       array(select unnest(teams) from let_in order by 1) as teams,
       array(select id from seen order by id) as within,
       array(
           select t.id from accounts_team t
           where t.supervisor_id = %(user)s
               or exists (select from accounts_teammember m where m.team_id = t.id and m.user_id = %(user)s)
           order by t.id
       ) as own
