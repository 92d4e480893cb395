select x.opened_on as "on", x.step_code, count(*) as number
from actions_action x
where x.entity_id = %(entity)s and x.opened_on between %(from)s and %(until)s and x.kind <> 'declaration' group by 1, 2 order by 1, 2
