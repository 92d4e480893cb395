select key, 'refused' as answer, 'entity_not_live' as rule, 'Acquit' as article, null::timestamptz as not_before_at
from asked
where automatic and coalesce(live_since, 'infinity') > today
