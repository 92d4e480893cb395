-- Each entity with its last run and its last night that ended well, found by the index engine_run_latest. A night opened what
-- all runs of its date did, those too that failed before one ended well. `stale` is asked now, as the gate "freshness" does.
select entity.id as entity_id, entity.code, entity.legal_name,
       case when entity.stands_on is null then entity.live_since end as live_since, entity.night_at, entity.time_zone,
       last.id as run_id, coalesce(last.state, '') as state, last."on", last.started_at, last.finished_at,
       books.stale,
       done.finished_at as done_at, done.finished_at - done.started_at as lasted,
       settle.id as report_id, coalesce(settle.state, '') as report,
       coalesce(opened.by_step, '{}')::text as opened, coalesce(done.blocked, '{}')::text as blocked
from accounts_entity as entity
cross join lateral books_of(
    entity.id, coalesce(entity.stands_on, (%(at)s at time zone entity.time_zone)::date), %(at)s) as books
left join lateral (
    select run.* from engine_run as run where run.entity_id = entity.id order by run."on" desc, run.id desc limit 1
) as last on true
left join lateral (
    select run.* from engine_run as run where run.entity_id = entity.id and run.state = 'done'
    order by run."on" desc, run.id desc limit 1
) as done on true
-- What supervision asks to settle: a night that is held, else the last one where it was unusual and had nothing to hold.
left join lateral (
    select report.id, report.state from engine_morningreport as report
    where report.entity_id = entity.id and (report.state = 'held' or report.state = 'told' and report.id = (
        select latest.id from engine_morningreport as latest where latest.entity_id = entity.id
        order by latest."on" desc, latest.id desc limit 1))
    order by report.state, report."on" desc, report.id desc limit 1
) as settle on true
left join lateral (
    select jsonb_object_agg(step.code, step.number) as by_step from (
        select counted.key as code, sum(counted.value::integer) as number
        from engine_run as run cross join jsonb_each_text(run.opened) as counted
        where run.entity_id = entity.id and run."on" = done."on" group by counted.key) as step
) as opened on true
order by entity.code
