-- A digest of what decides beside the facts of a customer: the same digest, the same decisions.
select md5(string_agg(rule.text, chr(10) order by rule.text)) as digest
from (
    select row(g.id, g.code, g.priority, g.criteria, g.is_default, g.scenario_id, g.team_id)::text as text
    from segments_group g where g.entity_id = %(entity)s and not g.archived
    union all
    select row(v.id, v.scenario_id, v.entry_policy)::text
    from scenarios_scenarioversion v join scenarios_scenario s on s.id = v.scenario_id
    where s.entity_id = %(entity)s and v.state = 'published'
    union all
    select step::text
    from scenarios_step step
    join scenarios_scenarioversion v on v.id = step.version_id and v.state = 'published'
    join scenarios_scenario s on s.id = v.scenario_id
    where s.entity_id = %(entity)s
    union all
    select row(e.currency, e.time_zone, e.working_days, e.jurisdiction, e.country, e.language)::text
    from accounts_entity e where e.id = %(entity)s
    union all
    select row(t.id, t.supervisor_id, array(select m.user_id from accounts_teammember m where m.team_id = t.id order by 1))::text
    from accounts_team t where t.entity_id = %(entity)s
    union all
    select row('closed', c."on")::text from accounts_entityclosure c where c.entity_id = %(entity)s
    union all
    select row('holiday', h."on")::text from law_holiday h where h.jurisdiction = %(jurisdiction)s
    union all
    select row('migrations', count(*))::text from django_migrations
) rule
