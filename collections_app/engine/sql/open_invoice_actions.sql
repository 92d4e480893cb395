insert into actions_action as x (
    entity_id, customer_id, currency, kind, step_code, step_offset, cycle_id, invoice_id, occasion_on, channel, mode, state,
    template_id, scenario_version_id, group_id, address_id, formal_notice, amount, oldest_due_on, opened_on, rank, reasons,
    escalation_reason, outcome, note, run_id
)
select %(entity)s, n.customer_id, n.currency, 'dunning', n.step_code, n.step_offset, n.cycle_id, n.invoice_id, null,
       route.channel, n.mode, route.state, n.template_id, n.version_id, n.group_id, a.address_id, n.formal_notice,
       n.net_amount, n.due_on, %(on)s, 0, '{}', '', '', '', %(run)s
from night_invoices n
left join night_addresses a on a.customer_id = n.customer_id and a.channel = n.channel
cross join lateral action_route(n.channel, n.mode, n.trusted, a.address_id) route
on conflict (customer_id, currency, step_code, cycle_id, invoice_id, occasion_on) do update
set step_offset = excluded.step_offset, formal_notice = excluded.formal_notice, state = excluded.state, channel = excluded.channel, mode = excluded.mode, template_id = excluded.template_id,
    scenario_version_id = excluded.scenario_version_id, group_id = excluded.group_id, address_id = excluded.address_id,
    amount = excluded.amount, oldest_due_on = excluded.oldest_due_on, opened_on = excluded.opened_on,
    closed_at = null, closed_by_id = null, outcome = '', snoozed_until = null, escalated_on = null,
    escalation_reason = '', owner_id = case when x.escalated_on is null then x.owner_id end, run_id = excluded.run_id
where x.state = 'cancelled'
