-- Some actions as they stand, locked, and the last night that had opened something that is open, by customer.
with touched as (
    select x.id, x.customer_id, x.state, x.outcome, x.note, x.closed_at, x.closed_by_id, x.snoozed_until, x.owner_id, x.reopened_on
    from actions_action x where x.id = any(%(ids)s)
    order by x.id for no key update
),
latest as (
    select o.customer_id, max(o.run_id) as run_id
    from actions_action o
    where o.customer_id = any(array(select customer_id from touched))
      and (o.state in ('todo', 'to_approve') or o.state = 'scheduled')
    group by o.customer_id
)
select (select coalesce(jsonb_agg(to_jsonb(touched) order by id), '[]') from touched) as found,
       (select coalesce(jsonb_object_agg(customer_id, run_id), '{}') from latest) as latest_runs
