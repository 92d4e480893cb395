-- The entity says after how many days without an import its books are stale: who has paid since would be reminded.
with house as materialized (
    select entity_id, max(today) as today from asked where automatic group by entity_id
), stale as materialized (
    select entity.id
    from house
    join accounts_entity entity on entity.id = house.entity_id and entity.stale_after_days is not null
    where coalesce(
        house.today - (books_seen_at(entity.id, %(gate_at)s) at time zone entity.time_zone)::date > entity.stale_after_days,
        true)
)
select asked.key, 'refused' as answer, 'books_stale' as rule, 'Acquit' as article, null::timestamptz as not_before_at
from asked join stale on stale.id = asked.entity_id
where asked.automatic
