select asked.key, 'refused' as answer, 'entity_training' as rule, 'Acquit' as article, null::timestamptz as not_before_at
from asked
join accounts_entity entity on entity.id = asked.entity_id
where entity.training
