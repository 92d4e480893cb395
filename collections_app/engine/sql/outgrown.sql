-- Open cycles that have told nobody of anything that is claimed now: all of it fell due since their last step was done, or
-- since the backlog they entered with. What they spoke of is paid, covered or held; for the rest a cycle of its own begins. A
-- step that is open and that something claimed has reached by its own age goes on. A scenario with steps of single invoices
-- needs none of it: there each invoice has its own ladder.
with newer as materialized (
    select c.id, c.customer_id, c.currency, c.opened_on, c.by_hand or c.passed_offset is not null as entered, a.oldest_eligible_on
    from night_cycles_already c
    join night_accounts a on a.customer_id = c.customer_id and a.currency = c.currency
    where a.oldest_eligible_on >= c.opened_on
),
told as (
    select n.id, bool_or(x.state in ('done', 'skipped')) as anything,
           max(coalesce(x.left_on, (x.closed_at at time zone %(time_zone)s)::date)) filter (where x.state in ('done', 'skipped'))
               as last_on,
           bool_or(x.state in ('todo', 'to_approve', 'scheduled') and n.oldest_eligible_on + x.step_offset <= %(on)s) as speaks
    from newer n
    -- plan: by key, for they are few (offset 0)
    cross join lateral (
        select * from actions_action x
        where x.customer_id = n.customer_id and x.cycle_id = n.id and x.kind in ('dunning', 'follow_up')
        offset 0
    ) x
    group by n.id
)
select n.id, n.customer_id, n.currency
from newer n
left join told t on t.id = n.id
left join night_groups g on g.customer_id = n.customer_id
where (n.entered or t.anything) and t.speaks is not true and n.oldest_eligible_on >= coalesce(t.last_on, n.opened_on)
  and not exists (
      select 1 from scenarios_step s where s.version_id = g.version_id and s.unit = 'invoice' and s.offset_days >= 0
  )
