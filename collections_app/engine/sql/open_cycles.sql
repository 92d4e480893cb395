insert into actions_cycle (entity_id, customer_id, currency, opened_on, passed_offset, by_hand)
select %(entity)s, a.customer_id, a.currency, %(on)s,
       case when v.entry_policy = 'step_by_age' then entry.below end,
       coalesce(v.entry_policy = 'by_hand' and entry.below is not null, false)
from night_accounts a
left join segments_membership m on m.customer_id = a.customer_id and m.to_on is null
left join segments_group g on g.id = m.group_id
left join scenarios_scenarioversion v on v.scenario_id = g.scenario_id and v.state = 'published'
left join lateral (select entry_offset(v.id, a.oldest_due_on, %(worked)s, %(on)s) as below) entry on true
where not exists (
    select 1 from actions_cycle c
    where c.customer_id = a.customer_id and c.currency = a.currency and c.closed_on is null
)
on conflict (customer_id, currency) where closed_on is null do nothing
