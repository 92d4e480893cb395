-- Every action that is open tonight, those that open included.
select x.id, false as opens, false as is_new, x.customer_id, x.currency, x.kind, x.state, x.mode, x.outcome, x.invoice_id,
       x.step_code, x.step_offset, x.version_id, x.group_id, x.formal_notice, x.address_id, x.escalated_on, x.owner_id,
       x.team_id, x.amount, x.oldest_due_on, x.weight, x.late_since_on, x.reasons, x.occasion_on, x.opened_on, x.moves
from night_open_already x
union all
select o.id, true, o.is_new, o.customer_id, o.currency, o.kind, o.state, o.mode, '', o.invoice_id, o.step_code,
       o.step_offset, o.version_id, o.group_id, o.formal_notice, o.address_id, null, o.owner_id, o.team_id, o.amount,
       o.oldest_due_on, null, null, null, o.occasion_on, null::date, o.kind <> 'entry'
from night_openings o
