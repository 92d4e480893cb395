-- Customers for whom a night has opened something since a deed that waits, is on its way, or was done or passed: also a step
-- that left by itself. What had left before the deed and came back since was opened before it, and by no night again.
select distinct w.customer_id
from jsonb_to_recordset(%(before)s::jsonb) as w(customer_id bigint, latest_run bigint)
join actions_action x on x.customer_id = w.customer_id and x.run_id > coalesce(w.latest_run, 0)
where (x.state in ('todo', 'to_approve', 'scheduled') or x.state in ('done', 'skipped') and x.closed_at >= %(done_at)s)
  and (x.reopened_on is null
       or (select max(l.closed_at) from actions_life l where l.action_id = x.id) >= %(done_at)s)
