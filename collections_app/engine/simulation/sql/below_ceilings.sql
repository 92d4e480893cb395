-- What would leave on this day before its night takes the places there are, the first to be due first, as in the outbox; what
-- is above waits for the next day.
with room as (
    select given.channel, greatest(given.ceiling - coalesce(day.number, 0), 0) as places
    from unnest(%(channels)s::text[], %(ceilings)s::int[]) as given (channel, ceiling)
    left join messaging_sendingday day
        on day.entity_id = %(entity)s and day.channel = given.channel and day."on" = %(on)s
),
due as (
    select m.id, m.channel, row_number() over (  -- of one instant by customer: parts number them as they come
               partition by m.channel order by m.not_before_at, m.customer_id, m.id) as place
    from messaging_message m
    where m.entity_id = %(entity)s and m.origin = 'action' and m.state in ('planned', 'waiting')
      and m.not_before_at >= %(begins_at)s and m.not_before_at < %(until_at)s and m.channel = any(%(channels)s::text[])
),
put_off as (
    update messaging_message m
    set state = 'waiting', reason = 'ceiling: ' || due.channel, not_before_at = %(ends_at)s
    from due join room using (channel) where m.id = due.id and due.place > room.places
)
insert into messaging_sendingday as day (entity_id, channel, "on", number)
select %(entity)s, due.channel, %(on)s, count(*)
from due join room using (channel) where due.place <= room.places group by due.channel
on conflict (entity_id, channel, "on") do update set number = day.number + excluded.number
