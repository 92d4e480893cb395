-- What no gate will let leave by itself becomes a person's task, by another way.
update actions_action x set state = 'todo', channel = 'phone', outcome = 'blocked'
from night_verdicts v
where x.id = v.key and x.state = 'scheduled' and v.answer = 'refused' and v.gate = any(%(for_a_person)s::text[])
