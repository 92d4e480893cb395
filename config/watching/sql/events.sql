-- A given-up delivery waits for a person: it must not make the others look old.
select waiting.consumer, waiting.number, waiting.given_up, event.at as since
from (
    select consumer, count(*) as number, count(*) filter (where failures >= %(tries)s) as given_up,
           min(event_id) filter (where failures < %(tries)s) as oldest
    from events_delivery where processed_at is null group by consumer
) as waiting
left join events_event as event on event.id = waiting.oldest
order by waiting.consumer
