-- The foreign currencies in which the last night found something.
select f.currency from engine_dailyfigures f
where f.entity_id = %(entity)s and f."on" = %(before)s and f.currency <> %(books_in)s order by f.currency
