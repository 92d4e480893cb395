-- Some actions as they stand, locked, and the last night that had opened something that is open for their customers.
with touched as (
    select x.id, x.customer_id, x.state, x.outcome, x.note, x.closed_at, x.closed_by_id, x.snoozed_until, x.owner_id, x.reopened_on
    from actions_action x where x.id = any(%(ids)s)
    order by x.id for no key update
)
select coalesce(jsonb_agg(to_jsonb(touched) order by id), '[]') as found,
       (select max(o.run_id) from actions_action o
        where o.customer_id = any(array(select customer_id from touched))
          and (o.state in ('todo', 'to_approve') or o.state = 'scheduled')) as latest_run
from touched
