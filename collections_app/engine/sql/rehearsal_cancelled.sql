-- What would leave by itself for those who no longer rehearse is taken back; `queued`: it has a message to take back
-- too. What a person had asked for before stays asked for. A cycle that goes on from its age (rehearsal_passed.sql) says nothing
-- of what fell due since it opened, nor of what was announced: those steps are skipped, an invoice's up to the age it has.
with gone as (
    update actions_action x
    set state = case when x.invoice_id is not null or x.kind = 'preventive' then 'skipped' else 'cancelled' end,
        step_offset = case when x.invoice_id is not null then greatest(x.step_offset, least(%(on)s::date - (
            select i.due_on from receivables_invoice i where i.id = x.invoice_id), 32767)) else x.step_offset end,
        closed_at = %(at)s, outcome = 'rehearsal'
    where x.entity_id = %(entity)s and x.state = 'scheduled' and x.mode = 'automatic' and coalesce((
        select m.group_id from segments_membership m where m.customer_id = x.customer_id and m.to_on is null
    ), 0) = any(%(groups)s::bigint[])
    returning x.id
)
select gone.id, exists (
    select 1 from messaging_message m
    where m.origin = 'action' and m.origin_id = gone.id and m.state in ('planned', 'waiting', 'held', 'ready')
) as queued
from gone
