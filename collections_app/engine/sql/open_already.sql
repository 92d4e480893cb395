-- Every action of these customers that was open before tonight. `moves`: what it carries follows the balance (what a person
-- has approved stays as he saw it: if the balance moved since, its message is handed back to him). (Open in two words, here
-- and in the other statements: each has an index of its own, without what was closed over the years.)
select x.id, x.customer_id, x.currency, x.kind, x.state, x.mode, x.outcome, x.cycle_id, x.invoice_id, x.step_code,
       x.step_offset, x.scenario_version_id as version_id, x.group_id, x.formal_notice, x.address_id, x.escalated_on,
       x.owner_id, x.team_id, x.amount, x.oldest_due_on, x.weight, x.late_since_on, x.reasons, x.occasion_on, x.opened_on,
       x.approved_on,
       x.kind in ('dunning', 'follow_up', 'preventive', 'manual', 'declaration')
           and (x.state <> 'scheduled' or x.mode = 'automatic') as moves
from actions_action x
where x.entity_id = %(entity)s and (x.state in ('todo', 'to_approve') or x.state = 'scheduled') /* each x.customer_id */
