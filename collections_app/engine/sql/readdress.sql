-- Where what was open before tonight goes is chosen again, also of what a gate has kept back since the last night: an
-- address may have been added or put right since. (What opens tonight has its own: openings.sql.)
with before as materialized (
    select o.id, o.customer_id from night_open_already o where o.state = 'scheduled'
    union
    select r.action_id, r.customer_id from actions_refusal r
    where r.entity_id = %(entity)s and r.last_on >= %(before)s
      and r.customer_id >= %(first_customer)s and r.customer_id < %(end_customer)s
),
best as materialized (
/* best addresses of before */
)
update actions_action x set address_id = best.address_id
from best
where x.id = any(array(select id from before)) and x.state = 'scheduled'
  and best.customer_id = x.customer_id and best.channel = x.channel and best.address_id is distinct from x.address_id
