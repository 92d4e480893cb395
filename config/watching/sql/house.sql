select pg_database_size(current_database()) as database_bytes,
       (select max(last_run_at) from django_celery_beat_periodictask where enabled) as beat_at
