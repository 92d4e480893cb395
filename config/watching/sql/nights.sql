-- Each entity with its last run and its last night that ended well; both found by the index engine_run_latest.
select entity.id as entity_id, entity.code, entity.legal_name,
       case when entity.stands_on is null then entity.live_since end as live_since, entity.night_at, entity.time_zone,
       last.id as run_id, coalesce(last.state, '') as state, last."on", last.started_at, last.finished_at,
       coalesce(last.stale, false) as stale,
       done.finished_at as done_at, done.finished_at - done.started_at as lasted,
       coalesce(done.opened, '{}')::text as opened, coalesce(done.blocked, '{}')::text as blocked
from accounts_entity as entity
left join lateral (
    select run.* from engine_run as run where run.entity_id = entity.id order by run."on" desc, run.id desc limit 1
) as last on true
left join lateral (
    select run.* from engine_run as run where run.entity_id = entity.id and run.state = 'done'
    order by run."on" desc, run.id desc limit 1
) as done on true
order by entity.code
