insert into imports_lastfeed as f (entity_id, at, first_at) select %(entity)s, %(at)s, case when not exists (
    -- Books that were there before (not this transmission's own rows) do not begin with it.
    select from receivables_invoice i where i.entity_id = %(entity)s and i.recorded_at < %(at)s::timestamptz - interval '1 minute'
) then %(at)s::timestamptz end
on conflict (entity_id) do update set at = excluded.at where f.at < excluded.at
