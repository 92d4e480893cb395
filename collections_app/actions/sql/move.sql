with moved as (
    update actions_action
    set owner_id = %(owner)s, snoozed_until = null
    where id = any(%(ids)s) and state = any(%(from_states)s) and owner_id is distinct from %(owner)s
    returning id, entity_id, customer_id
)
insert into timeline_entry (at, entity_id, customer_id, kind, subject, params, text, actor_id, about, about_id)
select %(at)s, entity_id, customer_id, 'action', %(subject)s, %(params)s, '', %(by)s, 'action', id from moved
