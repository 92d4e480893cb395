with moved as (
    update actions_action
    set state = %(state)s, outcome = %(outcome)s, note = case when %(note)s = '' then note else %(note)s end,
        closed_at = %(at)s, closed_by_id = %(by)s, snoozed_until = null
    where id = any(%(ids)s) and state = any(%(from_states)s)
      and kind <> 'entry'  -- an entry task is answered by choosing the step
    returning id, entity_id, customer_id
)
insert into timeline_entry (at, entity_id, customer_id, kind, subject, params, text, actor_id, about, about_id)
select %(at)s, entity_id, customer_id, 'action', %(subject)s, %(params)s, %(note)s, %(by)s, 'action', id from moved
