-- One action per customer, currency, step and cycle. A cancelled one of the same key comes back as the same row.
insert into actions_action as x (
    entity_id, customer_id, currency, kind, step_code, step_offset, cycle_id, invoice_id, occasion_on, channel, mode, state,
    template_id, scenario_version_id, group_id, address_id, formal_notice, amount, oldest_due_on, opened_on, rank, reasons,
    escalation_reason, outcome, note, run_id
)
select %(entity)s, d.customer_id, d.currency, 'dunning', d.step_code, d.step_offset, d.cycle_id, null, null,
       route.channel, d.mode, route.state, d.template_id, d.version_id, d.group_id, a.address_id, d.formal_notice,
       d.eligible_amount, d.oldest_eligible_on, %(on)s,
       action_rank(d.overdue_amount, d.rate, d.oldest_due_on, %(on)s), '{}', '', '', '', %(run)s
from night_decided d
left join night_addresses a on a.customer_id = d.customer_id and a.channel = d.channel
cross join lateral action_route(d.channel, d.mode, d.certain, a.address_id) route
where d.decided = 'open_action'
on conflict (customer_id, currency, step_code, cycle_id, invoice_id, occasion_on) do update
set step_offset = excluded.step_offset, formal_notice = excluded.formal_notice, state = excluded.state, channel = excluded.channel, mode = excluded.mode, template_id = excluded.template_id,
    scenario_version_id = excluded.scenario_version_id, group_id = excluded.group_id, address_id = excluded.address_id,
    amount = excluded.amount, oldest_due_on = excluded.oldest_due_on, opened_on = excluded.opened_on,
    closed_at = null, closed_by_id = null, outcome = '', snoozed_until = null, escalated_on = null,
    escalation_reason = '', owner_id = case when x.escalated_on is null then x.owner_id end, run_id = excluded.run_id
where x.state = 'cancelled'
