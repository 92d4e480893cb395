-- One branch per partial index, so that no message that has reached its end is read.
select entity_id, state, count(*) as number, min(not_before_at) as since
from messaging_message where state in ('planned', 'waiting') group by entity_id, state
union all
select entity_id, state, count(*), min(reserved_at)
from messaging_message where state = 'reserved' group by entity_id, state
union all
select entity_id, state, count(*), min(created_at)
from messaging_message where state = 'held' group by entity_id, state
union all
select entity_id, state, count(*), min(coalesce(reserved_at, created_at))
from messaging_message where state in ('ready', 'ambiguous') group by entity_id, state
