-- What would leave by itself for those who no longer rehearse is taken back; `queued`: it has a message to take back
-- too. What a person had asked for before stays asked for.
with gone as (
    update actions_action x
    set state = 'cancelled', closed_at = %(at)s, outcome = 'rehearsal'
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
