insert into actions_action as x (
    entity_id, customer_id, currency, kind, step_code, step_offset, cycle_id, invoice_id, occasion_on, channel, mode, state,
    template_id, scenario_version_id, group_id, address_id, formal_notice, amount, oldest_due_on, opened_on, rank, reasons,
    escalation_reason, outcome, note, run_id
)
select %(entity)s, p.customer_id, p.currency, 'preventive', p.step_code, p.step_offset, null, null, %(on)s,
       route.channel, p.mode, route.state, p.template_id, p.version_id, p.group_id, a.address_id, false,
       p.amount, p.due_on, %(on)s, 0, '{}', '', '', '', %(run)s
from (
    select customer_id, currency, step_code, step_offset, channel, template_id, mode, version_id, group_id,
           sum(net_amount) as amount, min(due_on) as due_on
    from night_preventive
    group by customer_id, currency, step_code, step_offset, channel, template_id, mode, version_id, group_id, minimum_amount
    having coalesce(converted(sum(net_amount), currency, (select e.currency from accounts_entity e where e.id = %(entity)s),
                              %(on)s::date) >= minimum_amount, true)
) p
left join night_addresses a on a.customer_id = p.customer_id and a.channel = p.channel
cross join lateral action_route(p.channel, p.mode, true, a.address_id) route
on conflict (customer_id, currency, step_code, cycle_id, invoice_id, occasion_on) do nothing
