-- Actions become what they were before a deed, where they still stand as it left them. The history says what was taken back
-- of those it was done with (`told`).
with was as (
    select w.* from jsonb_to_recordset(%(before)s::jsonb) as w(
        id bigint, state text, outcome text, note text, snoozed_until date, owner_id bigint, reopened_on date)
    where w.state = %(state)s
),
left_as as (
    select l.* from jsonb_to_recordset(%(after)s::jsonb) as l(
        id bigint, customer_id bigint, state text, outcome text, note text, closed_at timestamptz, closed_by_id bigint,
        snoozed_until date, owner_id bigint, reopened_on date)
),
back as (
    update actions_action x
    set state = was.state, outcome = was.outcome, note = was.note, snoozed_until = was.snoozed_until,
        owner_id = was.owner_id, reopened_on = was.reopened_on, closed_at = null, closed_by_id = null
    from was join left_as l on l.id = was.id
    where x.id = any(array(select id from was)) and x.id = was.id and x.state = any(%(from_states)s)
      and (x.customer_id, x.state, x.outcome, x.note, x.closed_at, x.closed_by_id, x.snoozed_until, x.owner_id, x.reopened_on)
          is not distinct from
          (l.customer_id, l.state, l.outcome, l.note, l.closed_at, l.closed_by_id, l.snoozed_until, l.owner_id, l.reopened_on)
    returning x.id, x.entity_id, x.customer_id
),
told as (
    insert into timeline_entry (at, entity_id, customer_id, kind, subject, params, text, actor_id, about, about_id)
    select %(at)s, back.entity_id, back.customer_id, 'action', %(subject)s,
           jsonb_build_object('what', jsonb_build_object('msgid', coalesce(said.subject, ''), 'with', coalesce(said.params, '{}'))),
           '', %(by)s, 'action', back.id
    from back
    left join lateral (
        select e.subject, e.params from timeline_entry e
        where e.customer_id = back.customer_id and e.at = %(done_at)s and e.about = 'action' and e.about_id = back.id
        limit 1
    ) said on true
    where back.id = any(%(told)s)
)
select id from back
