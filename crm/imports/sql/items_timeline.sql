insert into timeline_entry (at, entity_id, customer_id, kind, subject, params, actor_id, about, about_id)
select %(at)s, %(entity)s, customer_id, 'import', %(subject)s,
       jsonb_build_object('file', %(file)s::text, 'items', items, 'moves', moves), %(by)s, 'import', %(batch)s
from item_touched
