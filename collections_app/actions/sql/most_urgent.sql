-- Keys of the most urgent of those read whole and those of nobody, which hold the same columns.
-- Of nobody: one date after the other is found by the index, then the heaviest of each. A page of n rows lies within
-- the n dates whose heaviest rank highest, and ranks no lower than the last of these. The owner, always the same, is
-- named in each order because the planner does not see that the index has it.
with recursive since as (
{dates}
),
-- What a weight of one ranks on each date, a little too high and a little too low: bounds the index can be entered by.
dated as (
    select "on", action_rank(1000000, "on", %(on)s) / 1000000 + 0.000001 as above,
           coalesce((%(ceiling)s::numeric + 0.001) / (action_rank(1000000, "on", %(on)s) / 1000000 - 0.000001),
                    'infinity') as most
    from since
    where "on" is not null and (%(since)s::date[] is null or exists (
        select from unnest(%(since)s::date[], %(until)s::date[]) span(first, last) where "on" between first and last
    ))
),
heaviest as (
    select dated.*, one.rank from dated cross join lateral (
        select u.rank from ({unowned}) u where u.late_since_on = dated."on" and u.weight <= dated.most
        order by u.owner_id, u.weight desc limit 1
    ) one
    order by one.rank desc fetch first %(count)s rows with ties
),
-- The first four of each tell nearly how low the last row of the page ranks.
lowest as materialized (
    select case when count(*) >= %(count)s then min(rank) - 0.001 else '-infinity' end as rank
    from (
        select u.rank from heaviest cross join lateral (
            select u.rank from ({unowned}) u where u.late_since_on = heaviest."on" and u.weight <= heaviest.most
            order by u.owner_id, u.weight desc limit 4
        ) u
        order by u.rank desc limit %(count)s
    ) best
),
of_nobody as (
    select u.* from heaviest cross join lowest cross join lateral (
        select u.* from ({unowned}) u
        where u.late_since_on = heaviest."on" and u.weight between lowest.rank / heaviest.above and heaviest.most
        order by u.owner_id, u.weight desc, u.customer_id, u.id limit %(count)s
    ) u
)
select id from (select * from ({apart}) a union all select * from of_nobody) x
order by rank desc, customer_id, id limit %(count)s
