-- Of what opens, what opens with the steps before it counted as passed: by scenario and step.
select v.scenario_id || ':' || o.step_code, count(*)
from night_openings o
join scenarios_scenarioversion v on v.id = o.version_id
where o.enters group by v.scenario_id, o.step_code
