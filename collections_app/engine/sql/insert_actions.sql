-- Each new action once, with all it carries already counted: nothing of it is written again tonight.
insert into actions_action (
    id, entity_id, customer_id, currency, kind, step_code, step_offset, cycle_id, invoice_id, occasion_on, channel, mode, state,
    template_id, scenario_version_id, group_id, address_id, formal_notice, owner_id, team_id, amount, oldest_due_on,
    opened_on, weight, late_since_on, reasons, escalation_reason, outcome, note, run_id
)
select o.id, %(entity)s, o.customer_id, o.currency, o.kind, o.step_code, o.step_offset, o.cycle_id, o.invoice_id,
       o.occasion_on, o.by_channel, o.mode, o.state, o.template_id, o.version_id, o.group_id, o.address_id, o.formal_notice,
       r.owner_id, r.team_id, r.amount, r.oldest_due_on, %(on)s, r.weight, r.late_since_on, r.reasons, '', '', '', %(run)s
from night_openings o
join night_ranks r on r.id = o.id
where o.is_new
