-- The last nights of an entity before a date, the latest first: actions its runs opened, messages they queued, and whether
-- a supervisor has refused one of them or has yet to decide.
select sum(night.opened)::integer as opened, sum(night.queued)::integer as queued, bool_or(night.refused) as refused
from (
    select r."on",
           (select coalesce(sum(step.number::integer), 0) from jsonb_each_text(r.opened) step(code, number)) as opened,
           (select coalesce(sum(s.rows), 0) from engine_runstage s where s.run_id = r.id and s.name = 'hand_over') as queued,
           exists (select from engine_morningreport m where m.run_id = r.id and m.state in ('held', 'cancelled')) as refused
    from engine_run r
    where r.entity_id = %(entity)s and r.state = 'done' and r."on" < %(on)s and r."on" in (
        select distinct d."on" from engine_run d
        where d.entity_id = %(entity)s and d.state = 'done' and d."on" < %(on)s order by d."on" desc limit %(nights)s)
) night
group by night."on" order by night."on" desc
