-- One branch per partial index, so that no message that has reached its end is read. What a night queued that nobody has
-- checked yet is not to leave.
select message.entity_id, case when kept.run is null then message.state else 'withheld' end as state, count(*) as number,
       min(case when kept.run is null then message.not_before_at else message.created_at end) as since
from messaging_message as message
left join messaging_withholding as kept on kept.run = message.held_by
where message.state in ('planned', 'waiting') group by 1, 2
union all
select entity_id, state, count(*), min(reserved_at)
from messaging_message where state = 'reserved' group by entity_id, state
union all
select entity_id, state, count(*), min(created_at)
from messaging_message where state = 'held' group by entity_id, state
union all
select entity_id, state, count(*), min(coalesce(reserved_at, created_at))
from messaging_message where state in ('ready', 'ambiguous') group by entity_id, state
