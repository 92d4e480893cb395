with done as (
    update actions_action set state = 'done', outcome = 'sent', closed_at = %(at)s
    where entity_id = %(entity)s and state = 'scheduled'
    returning id, customer_id, channel, step_code
)
insert into timeline_entry (at, entity_id, customer_id, kind, subject, params, text, about, about_id)
select %(at)s, %(entity)s, customer_id, 'message', case channel when 'email' then %(mailed)s else %(posted)s end,
    jsonb_build_object('step', step_code), '', 'action', id
from done
