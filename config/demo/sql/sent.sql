with done as (
    update actions_action set state = 'done', outcome = 'sent', closed_at = %(at)s
    where entity_id = %(entity)s and state = 'scheduled'
    returning id, customer_id, channel, step_code, template_id, scenario_version_id
), carried as (
    update messaging_message message
    set state = 'sent', sent_at = %(at)s, reserved_at = %(at)s, digest = 'past of the demonstration',
        subject = coalesce((select name from letters_template where id = done.template_id), '')
    from done
    where message.origin = 'action' and message.origin_id = done.id and message.state in ('planned', 'waiting')
)
insert into timeline_entry (at, entity_id, customer_id, kind, subject, params, text, about, about_id)
select %(at)s, %(entity)s, done.customer_id, 'message', case done.channel when 'email' then %(mailed)s else %(posted)s end,
    jsonb_build_object('step', coalesce(step.name, done.step_code)), '', 'action', done.id
from done left join scenarios_step step on step.version_id = done.scenario_version_id and step.code = done.step_code
