insert into timeline_entry (at, entity_id, customer_id, kind, subject, params, actor_id, about, about_id)
select %(at)s, %(entity)s, t.customer_id, 'import', %(subject)s,
       jsonb_build_object('file', %(file)s::text, 'items', coalesce(n.items, 0), 'moves', coalesce(m.moves, 0)),
       %(by)s, 'import', %(batch)s
from item_touched t
left join (select customer_id, count(*) as items from receivables_invoice where import_batch_id = %(batch)s group by 1) n
    using (customer_id)
left join (select customer_id, count(*) as moves from item_move group by 1) m using (customer_id)
