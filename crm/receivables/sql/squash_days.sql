-- Rows of one day and item become one, or none where they add up to nothing.
with alike as (
    select id, count(*) over (partition by entity_id, currency, "on", item) as number from receivables_daytally
),
taken as (
    select t.id from receivables_daytally t join alike a using (id)
    where a.number > 1 or (t.number = 0 and t.amount = 0) for update of t skip locked
),
gone as (
    delete from receivables_daytally t using taken where t.id = taken.id returning t.*
),
put as (
    insert into receivables_daytally (entity_id, currency, "on", item, amount, number)
    select entity_id, currency, "on", item, sum(amount), sum(number) from gone group by entity_id, currency, "on", item
    having sum(number) <> 0 or sum(amount) <> 0
)
select from gone
