select entity_id, status, count(*) as number, min(coalesce(asked_at, created_at)) as since
from imports_batch
where status in ('received', 'reading', 'proposed', 'writing', 'undoing') or (status = 'refused' and created_at > %(since)s)
group by entity_id, status
