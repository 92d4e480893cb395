-- What a night opened and nobody has closed since is taken back; the same steps may come again. What a person has worked on
-- since stays: his entry in the history tells (put off, handed to somebody), or the row, where he does so meanwhile.
with opened as (
    select x.id, x.state, x.owner_id, x.snoozed_until, exists (
        select 1 from timeline_entry e
        where e.customer_id = x.customer_id and e.about = 'action' and e.about_id = x.id and e.actor_id is not null
          and e.at >= (select r.started_at from engine_run r where r.id = x.run_id)) as worked_on
    from actions_action x
    where x.entity_id = %(entity)s and x.run_id = any(%(runs)s::bigint[])
      and (x.state in ('todo', 'to_approve') or x.state = 'scheduled')
      and not exists (
          select 1 from messaging_message m
          where m.origin = 'action' and m.origin_id = x.id and m.state not in /* gone wrong */)
),
closed as (
    update actions_action x
    set state = 'cancelled', closed_at = %(at)s, closed_by_id = %(by)s, outcome = 'night_cancelled', note = %(note)s
    from opened where x.id = opened.id and not opened.worked_on
      and (x.state, x.owner_id, x.snoozed_until) is not distinct from (opened.state, opened.owner_id, opened.snoozed_until)
    returning x.id
)
select (select count(*) from closed) as closed, count(*) filter (where opened.worked_on) as kept from opened
