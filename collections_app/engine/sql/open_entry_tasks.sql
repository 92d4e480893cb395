-- A backlog that enters by hand: one task asks a person for the step.
insert into actions_action as x (
    entity_id, customer_id, currency, kind, step_code, cycle_id, channel, mode, state, scenario_version_id, group_id,
    formal_notice, amount, oldest_due_on, opened_on, rank, reasons, escalation_reason, outcome, note, run_id
)
select %(entity)s, d.customer_id, d.currency, 'entry', 'entry', d.cycle_id, 'phone', 'todo', 'todo', d.version_id,
       d.group_id, false, d.eligible_amount, d.oldest_eligible_on, %(on)s, 0, '{}', '', '', '', %(run)s
from night_decided d where d.decided = 'by_hand'
on conflict (customer_id, currency, step_code, cycle_id, invoice_id, occasion_on) do update
set state = 'todo', amount = excluded.amount, opened_on = excluded.opened_on, closed_at = null, closed_by_id = null,
    outcome = '', snoozed_until = null, run_id = excluded.run_id
where x.state = 'cancelled'
