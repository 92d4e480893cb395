-- What no gate will let leave by itself becomes a person's task: a letter stays one, anything else is a call.
update actions_action x set state = 'todo', channel = case x.channel when 'post' then 'post' else 'phone' end, outcome = 'blocked',
    approved_on = null
from night_verdicts v
where x.id = v.key and x.state = 'scheduled' and v.answer = 'refused' and v.gate = any(%(for_a_person)s::text[])
