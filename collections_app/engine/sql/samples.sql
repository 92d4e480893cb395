-- Two of the actions that leave by themselves with each template, to be written on trial.
select x.template_id::text, array[min(x.id), max(x.id)]
from night_verdicts v join actions_action x on x.id = v.key
where x.state = 'scheduled' and x.mode = 'automatic' and x.template_id is not null group by x.template_id
