-- What is due today above the room left under each ceiling, heaviest first, goes to the following days, a ceiling a day.
with room as (
    select given.channel, given.ceiling, greatest(given.ceiling - coalesce(day.number, 0), 0) as places
    from unnest(%(channels)s::text[], %(ceilings)s::int[]) as given (channel, ceiling)
    left join messaging_sendingday day
        on day.entity_id = %(entity)s and day.channel = given.channel and day."on" = %(on)s
), due as (
    select m.id, m.channel, row_number() over (partition by m.channel order by w.weight desc nulls last, m.id) as place
    from messaging_message m
    left join (/* weights */) w on m.origin = %(origin)s and w.origin_id = m.origin_id
    where m.entity_id = %(entity)s and m.state in ('planned', 'waiting') and m.not_before_at < %(ends_at)s
      and m.channel = any(%(channels)s::text[])
), above as (
    select due.id, due.channel,
           1 + case when room.ceiling > 0 then (due.place - room.places - 1) / room.ceiling else 0 end as days
    from due join room using (channel) where due.place > room.places
), free as (  -- its state and instant again: whoever held it may have let it leave since this statement began to read
    select m.id from messaging_message m join above using (id)
    where m.state in ('planned', 'waiting') and m.not_before_at < %(ends_at)s
    for update of m skip locked
), moved as (
    update messaging_message m
    set state = 'waiting', reason = 'ceiling: ' || above.channel, handed_until = null,
        not_before_at = greatest(m.not_before_at, (%(on)s::date + above.days::int)::timestamp at time zone %(zone)s)
    from above join free using (id) where m.id = above.id
    returning m.channel
)
select channel, count(*) from moved group by channel order by channel
