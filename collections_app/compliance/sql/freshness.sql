-- The entity says after how many days without an import its books are stale: who has paid since would be reminded.
with house as materialized (
    select entity_id, max(today) as today from asked where automatic group by entity_id
), stale as materialized (
    select house.entity_id as id from house
    cross join lateral books_of(house.entity_id, house.today, %(gate_at)s) books
    where books.stale
)
select asked.key, 'refused' as answer, 'books_stale' as rule, 'Acquit' as article, null::timestamptz as not_before_at
from asked join stale on stale.id = asked.entity_id
where asked.automatic
