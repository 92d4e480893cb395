-- The dates since which the tasks of nobody are late, one after the other by the index of what waits; stands in a
-- recursive query named `since`.
(select late_since_on as "on" from actions_action
 where entity_id = %(entity)s and owner_id is null and state in ('todo', 'to_approve')
 order by owner_id, late_since_on limit 1)
union all
select (select x.late_since_on from actions_action x
        where x.entity_id = %(entity)s and x.owner_id is null and x.state in ('todo', 'to_approve')
          and x.late_since_on > since."on"
        order by x.owner_id, x.late_since_on limit 1)
from since where since."on" is not null
