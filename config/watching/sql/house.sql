select pg_database_size(current_database()) as database_bytes,
       (select max(last_run_at) from django_celery_beat_periodictask where enabled) as beat_at,
       (select read_at from messaging_mailboxposition where mailbox = %(mailbox)s) as mailbox_read_at,
       -- Those of a law some entity is under which nobody entered since the half-year began (elsewhere than in France: the year).
       (select coalesce(array_agg(array[r.jurisdiction, r.kind] order by r.jurisdiction, r.kind), '{}')
        from (select jurisdiction, kind from law_rate
              where kind <> 'central_bank' and starts_on <= %(on)s
                and jurisdiction in (select jurisdiction from accounts_entity)
              group by jurisdiction, kind
              having max(starts_on) < date_trunc('year', %(on)s::date) + case
                  when jurisdiction = 'FR' and extract(month from %(on)s::date) > 6 then interval '6 months'
                  else interval '0' end) r) as rates_missing
