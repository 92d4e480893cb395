select entity_id, count(*) as number, min(prepared_at) as since
from letters_printbatch where state = 'prepared' group by entity_id
