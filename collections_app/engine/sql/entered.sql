-- Of what opens, what opens with the steps before it counted as passed, because the debt was old already: by scenario.
select v.scenario_id::text, count(*)
from night_openings o
join night_plan p on p.customer_id = o.customer_id and p.currency = o.currency
     and p.cycle_opened_on = %(on)s and p.entered_at >= 0
join scenarios_scenarioversion v on v.id = o.version_id
where o.kind = 'dunning' group by v.scenario_id
