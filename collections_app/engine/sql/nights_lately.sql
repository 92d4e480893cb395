-- The last nights of an entity before a date, the latest first: actions its runs opened, those too that came to no end,
-- messages they queued or would have but for a rehearsal (`rehearsed`), each on the first night that kept it back, and
-- whether a supervisor has refused one of them or has yet to decide.
with night as (
    select r."on", r.blocked ? 'rehearsal' as rehearsed,
           (select coalesce(sum(step.number::integer), 0) from jsonb_each_text(r.opened) step(code, number)) as opened,
           (select coalesce(sum(s.rows), 0) from engine_runstage s where s.run_id = r.id and s.name = 'hand_over') as queued,
           exists (select from engine_morningreport m where m.run_id = r.id and m.state in ('held', 'cancelled')) as refused
    from engine_run r
    where r.entity_id = %(entity)s and r.state <> 'running' and r."on" < %(on)s and r."on" in (
        select distinct d."on" from engine_run d
        where d.entity_id = %(entity)s and d.state = 'done' and d."on" < %(on)s order by d."on" desc limit %(nights)s)
),
kept as (
    select x.first_on as "on", count(*) as messages from actions_refusal x
    where x.entity_id = %(entity)s and x.gate = 'rehearsal'
      and x.last_on >= (select min(night."on") from night where night.rehearsed)
    group by x.first_on
)
select sum(night.opened)::integer as opened,
       (sum(night.queued) + coalesce(max(kept.messages) filter (where night.rehearsed), 0))::integer as queued,
       bool_or(night.refused) as refused, bool_or(night.rehearsed) as rehearsed
from night left join kept using ("on")
group by "on" order by "on" desc
