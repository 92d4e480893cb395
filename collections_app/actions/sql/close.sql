with moved as (
    update actions_action
    set state = %(state)s, outcome = %(outcome)s, note = case when %(note)s = '' then note else %(note)s end,
        closed_at = %(at)s, closed_by_id = %(by)s, snoozed_until = null
    where id = any(%(ids)s) and state = any(%(from_states)s)
      and kind <> 'entry'  -- an entry task is answered by choosing the step
      and (kind = 'declaration') = (%(outcome)s::text = any(%(of_a_declaration)s::text[]))
      and (mode <> 'decision' or %(state)s <> 'done' or %(outcome)s = any(%(decisions)s))  -- a decision is no call
    returning id, entity_id, customer_id, formal_notice, step_offset, channel, kind, mode, scenario_version_id, step_code, template_id
), noticed as (
    -- A formal notice sent by hand: legal interest may run from that day, from the first notice of an invoice.
    insert into receivables_formalnotice (invoice_id, action_id, "on", at)
    select distinct line.invoice_id, moved.id, today."on", %(at)s::timestamptz
    from moved
    join actions_actionline line on line.action_id = moved.id
    join receivables_invoice invoice on invoice.id = line.invoice_id
    join accounts_entity entity on entity.id = moved.entity_id
    cross join lateral (select (%(at)s::timestamptz at time zone entity.time_zone)::date as "on") today
    where moved.formal_notice and %(outcome)s = 'sent' and (
        moved.step_offset is null
        or invoice.due_on + moved.step_offset <= today."on"
           and invoice.kind = 'invoice' and invoice.due_on_source <> 'guessed'
    )
    on conflict (invoice_id, action_id) do nothing
)
insert into timeline_entry (at, entity_id, customer_id, kind, subject, params, text, actor_id, about, about_id)
select %(at)s, moved.entity_id, moved.customer_id, 'action',
       case when moved.kind in ('reply', 'declaration', 'insolvency') then %(answered)s when moved.mode = 'decision' then %(decided)s
            when moved.channel = 'phone' then %(called)s else %(subject)s end,
       %(params)s::jsonb || case when moved.kind in ('reply', 'declaration', 'insolvency') then '{}' else
           jsonb_build_object('step', coalesce(step.name, template.name, moved.step_code)) end,
       %(note)s, %(by)s, 'action', moved.id
from moved
left join scenarios_step step on step.version_id = moved.scenario_version_id and step.code = moved.step_code
left join letters_template template on template.id = moved.template_id
