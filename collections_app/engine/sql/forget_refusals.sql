-- What refused an action in an earlier life, before it was cancelled and reopened, says nothing of this one.
delete from actions_refusal r using night_verdicts v join actions_action x on x.id = v.key
where r.action_id = v.key and r.last_on < x.opened_on
