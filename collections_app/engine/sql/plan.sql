-- What is decided for each customer and currency with something overdue (docs/decisions/0001-model.md, "How a step
-- is chosen"). One row each: the next step, and the first reason for which it is not opened, if any, with the date on which
-- that reason ends where a date decides.
with rates as materialized (  -- plan: once per currency, not per row
    select c.currency, exchange_rate(c.currency, e.currency, %(on)s) as rate
    from (select distinct currency from night_accounts) c
    join accounts_entity e on e.id = %(entity)s
),
act as materialized (  -- plan: apart, for an array of thousands is no condition inside a loop
    select x.cycle_id, x.customer_id, x.kind, x.state, x.step_offset, x.step_code, x.invoice_id, x.opened_on, x.closed_at,
           x.left_on
    from actions_action x
    where x.entity_id = %(entity)s and x.kind in ('dunning', 'follow_up') /* each x.customer_id */ /* of open cycles */
),
progress as (
    select x.cycle_id,
           max(x.step_offset) filter (where x.state in ('done', 'skipped')) as done_offset,
           max(coalesce(x.left_on, (x.closed_at at time zone %(time_zone)s)::date)) filter (where x.state = 'done') as last_done_on,
           max(coalesce(x.left_on, (x.closed_at at time zone %(time_zone)s)::date))
               filter (where x.state in ('done', 'skipped')) as last_passed_on,
           max(x.opened_on) filter (where x.state in ('todo', 'to_approve', 'scheduled')) as busy_since,
           array_agg(x.step_code) filter (where x.state in ('done', 'skipped') and x.invoice_id is null and x.kind = 'dunning')
               as done_codes
    from act x
    -- plan: `is true` makes it a hash, whatever is guessed of either
    where ((x.cycle_id, x.customer_id) in (select c.id, c.customer_id from night_cycles c)) is true
    group by x.cycle_id
),
-- What an earlier cycle told of and is claimed again (held meanwhile, or settled by what was taken back) goes on where it was,
-- unless a person began again since.
earlier as materialized (
    select c.id, c.customer_id, c.currency, c.opened_on, c.closed_on, c.passed_offset
    from actions_cycle c
    join night_accounts a on a.customer_id = c.customer_id and a.currency = c.currency and a.oldest_eligible_on < c.closed_on
    where c.entity_id = %(entity)s and c.closed_on <= %(on)s and c.resumable /* each c.customer_id */ and not exists (
        select 1 from actions_cycle since
        where since.customer_id = c.customer_id and since.currency = c.currency and since.closed_on is not null
          and not since.resumable and since.id > c.id)
),
claimed_again as materialized (
    select e.id, e.customer_id, e.currency, i.invoice_id, case when i.due_on < e.opened_on then e.passed_offset end as passed_offset
    from earlier e
    join night_items i on i.customer_id = e.customer_id and i.currency = e.currency
    where i.overdue and i.held is null and i.due_on < e.closed_on
),
resumed as materialized (
    select c.customer_id, c.currency, max(greatest(c.passed_offset, told.step_offset)) as passed_offset,
           max(told.last_done_on) as last_done_on, max(told.last_passed_on) as last_passed_on
    from claimed_again c
    left join (
        select c.id, c.invoice_id, max(x.step_offset) as step_offset, max(day.passed_on) filter (where x.state = 'done') as last_done_on,
               max(day.passed_on) as last_passed_on
        from claimed_again c
        join actions_actionline l on l.invoice_id = c.invoice_id
        join actions_action x on x.id = l.action_id and x.cycle_id = c.id
        cross join lateral (
            select coalesce(x.left_on, (x.closed_at at time zone %(time_zone)s)::date) as passed_on
        ) day
        where x.kind in ('dunning', 'follow_up') and x.state in ('done', 'skipped')
        group by c.id, c.invoice_id
    ) told on told.id = c.id and told.invoice_id = c.invoice_id
    group by c.customer_id, c.currency
),
account as materialized (
    select a.*, g.group_id, g.group_code, g.version_id, g.entry_policy, c.id as cycle_id,
           coalesce(c.by_hand, entry.asked, false) as by_hand,
           greatest(c.passed_offset, entry.below, p.done_offset, e.passed_offset, -1) as passed_offset,
           coalesce(c.passed_offset, entry.below, -1) as entered_at,
           coalesce(c.opened_on, %(on)s::date) as cycle_opened_on, coalesce(p.done_codes, '{}') as done_codes,
           greatest(p.last_done_on, e.last_done_on) as last_done_on, greatest(p.last_passed_on, e.last_passed_on) as last_passed_on, p.busy_since, r.rate
    from night_accounts a
    join rates r on r.currency = a.currency
    left join night_groups g on g.customer_id = a.customer_id
    left join night_cycles c on c.customer_id = a.customer_id and c.currency = a.currency
    left join progress p on p.cycle_id = c.id
    left join resumed e on e.customer_id = a.customer_id and e.currency = a.currency
    cross join lateral (
        select case when c.id is null and g.entry_policy = 'step_by_age'
                    then entry_offset(g.version_id, coalesce(a.oldest_eligible_on, a.oldest_due_on), %(worked)s, %(on)s) end as below,
               case when c.id is null and g.entry_policy = 'by_hand'
                    then entry_asked(g.version_id, coalesce(a.oldest_eligible_on, a.oldest_due_on), %(worked)s, %(on)s) end as asked
    ) entry
),
-- Accounts that have passed the same steps of the same version wait for the same one.
place as materialized (
    select p.version_id, p.passed_offset, p.done_codes, s.code as step_code, s.offset_days as step_offset,
           s.name as step_name, s.channel, s.template_id, s.mode, s.formal_notice, s.gap_days, s.minimum_amount, s.owner,
           s.working_days_only
    from (
        select distinct version_id, passed_offset, done_codes from account
        limit (select count(*) from account)  -- plan: never reached, it says that there are few
    ) p
    join lateral (
        select s.* from scenarios_step s
        where s.version_id = p.version_id and s.unit = 'account' and s.offset_days >= 0 and s.offset_days > p.passed_offset
          and s.code <> all(p.done_codes)  -- a version may move a step already done to a later day
        order by s.offset_days limit 1
    ) s on true
),
-- Once all of them are passed, what follows is decided by a person, again and again at the pace the last one states, as soon
-- as something has the age of the first one: nothing that falls due later is forgotten (docs/decisions/0090).
ladder as materialized (
    select distinct on (s.version_id) s.version_id, s.repeat_after_days, s.minimum_amount, s.working_days_only,
           min(s.offset_days) over (partition by s.version_id) as first_offset
    from scenarios_step s
    where s.offset_days >= 0 and s.version_id in (select p.version_id from account p)
    order by s.version_id, s.offset_days desc
),
-- What was waited for has come: the day the last suspension of something claimed ran out or was lifted.
released as materialized (
    select h.customer_id, i.currency, max(h.ended_on) as released_on
    from holds_hold h
    join night_items i on i.customer_id = h.customer_id and i.overdue and i.held is null
    where h.entity_id = %(entity)s and h.outcome in ('expired', 'lifted') and h.ended_on <= %(on)s /* each h.customer_id */
      and (h.invoice_id is null or h.invoice_id = i.invoice_id)
    group by h.customer_id, i.currency
),
next_step as (
    select a.*, s.step_code is null and l.version_id is not null as again,
           coalesce(s.step_code, case when l.version_id is not null then 'follow-up' end) as step_code, s.step_offset, s.step_name,
           coalesce(s.channel, 'phone') as channel, s.template_id, coalesce(s.mode, 'decision') as mode,
           coalesce(s.formal_notice, false) as formal_notice, s.gap_days, coalesce(s.minimum_amount, l.minimum_amount) as minimum_amount,
           s.owner, coalesce(s.working_days_only, l.working_days_only) as working_days_only, l.first_offset,
           least(coalesce(a.last_passed_on, a.cycle_opened_on) + l.repeat_after_days,
                 case when r.released_on > a.last_passed_on then r.released_on end) as again_on
    from account a
    left join place s on s.version_id = a.version_id and s.passed_offset = a.passed_offset and s.done_codes = a.done_codes
    left join ladder l on l.version_id = a.version_id
    left join released r on r.customer_id = a.customer_id and r.currency = a.currency
)
select n.*, age.reached_on, why.outcome,
       case when n.working_days_only  -- further than the night knows the calendar: looked at again that day
            then coalesce((%(next_worked)s::date[])[1 + until.wait_on - %(on)s::date], until.wait_on)
            else until.wait_on end as next_look_on,
       until.wait_on,
       coalesce(n.oldest_trusted_on + n.step_offset <= %(on)s, false) as certain
from next_step n
cross join lateral (
    select case when n.again then n.oldest_eligible_on + n.first_offset
                when n.formal_notice then n.oldest_trusted_on + n.step_offset
                else n.oldest_eligible_on + n.step_offset end as reached_on
) age
cross join lateral (
    select case
           when n.oldest_eligible_on is null then 'held'
           when n.version_id is null then 'no_scenario'
           when n.by_hand and %(calendar)s then 'by_hand'
           when n.busy_since is not null then 'action_open'
           when n.step_code is null then 'ladder_finished'  -- it has no step after the due date
           when n.again and greatest(age.reached_on, n.again_on) > %(on)s then 'waiting_decision'
           when n.formal_notice and n.oldest_trusted_on is null then 'due_date_not_certain'
           when age.reached_on > %(on)s then 'waiting_age'
           when n.last_done_on + n.gap_days > %(on)s then 'waiting_gap'
           when n.eligible_amount * n.rate < n.minimum_amount then 'below_minimum'
           when not %(calendar)s then 'no_worked_day'
           when n.working_days_only and %(worked)s::date < %(on)s then 'waiting_day'
           else 'open_action'
       end as outcome
) why
cross join lateral (
    select case why.outcome when 'waiting_age' then age.reached_on when 'waiting_gap' then n.last_done_on + n.gap_days
                when 'waiting_decision' then greatest(age.reached_on, n.again_on)
                when 'waiting_day' then %(on)s::date end as wait_on
) until
