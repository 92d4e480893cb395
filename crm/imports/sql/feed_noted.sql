insert into imports_lastfeed as f (entity_id, at, first_at) values (%(entity)s, %(at)s, %(at)s)
on conflict (entity_id) do update set at = excluded.at where f.at < excluded.at
