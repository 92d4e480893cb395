-- The group of each of these customers, and the published version of its scenario.
select m.customer_id, m.group_id, g.code as group_code, v.id as version_id, v.entry_policy
from segments_membership m
join segments_group g on g.id = m.group_id
left join scenarios_scenarioversion v on v.scenario_id = g.scenario_id and v.state = 'published'
where m.entity_id = %(entity)s and m.to_on is null /* each m.customer_id */
