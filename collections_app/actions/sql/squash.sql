-- Rows of alike actions become one, or none where they add up to nothing.
with alike as (
    select id, count(*) over (
        partition by entity_id, team_id, owned, currency, state, channel, oldest_due_on, snoozed_until, escalated_on
    ) as number
    from actions_tally
),
taken as (
    select t.id from actions_tally t join alike a using (id) where a.number > 1 for update of t skip locked
),
gone as (
    delete from actions_tally t using taken where t.id = taken.id returning t.*
),
put as (
    insert into actions_tally (entity_id, team_id, owned, currency, state, channel, oldest_due_on, snoozed_until,
                               escalated_on, number, amount)
    select entity_id, team_id, owned, currency, state, channel, oldest_due_on, snoozed_until, escalated_on, sum(number),
           sum(amount)
    from gone group by 1, 2, 3, 4, 5, 6, 7, 8, 9
    having sum(number) <> 0 or sum(amount) <> 0
)
select from gone
