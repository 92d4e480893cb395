-- Of what opens, what opens with the steps before it counted as passed, because the debt was old already: by scenario.
select v.scenario_id::text, count(*)
from night_openings o
join actions_cycle c on c.id = o.cycle_id and c.opened_on = %(on)s and c.passed_offset is not null
join scenarios_scenarioversion v on v.id = o.version_id
where o.kind = 'dunning' group by v.scenario_id
