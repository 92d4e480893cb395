-- Steps that speak of one invoice each: which late invoices open an action of their own tonight (`opens`), or would if it
-- were a worked day (`due`), and when the others should be looked at again, if a date decides. An invoice's ladder is what it has carried itself, from where the
-- backlog entered if it was part of it (by age: its own age that day, unless the cycle goes on from a merged one, whose
-- steps are not lowered); account steps the customer has passed are not waited for, since they never repeat in a cycle.
with asked as (
    select p.* from night_plan p
    where p.version_id in (select s.version_id from scenarios_step s where s.unit = 'invoice' and s.offset_days >= 0)
),
carried as (
    select coalesce(x.invoice_id, l.invoice_id) as invoice_id,
           max(x.step_offset) filter (where x.state in ('done', 'skipped')) as done_offset,
           max(coalesce(x.left_on, (x.closed_at at time zone %(time_zone)s)::date)) filter (where x.state = 'done') as last_done_on,
           bool_or(x.state in ('todo', 'to_approve', 'scheduled')) as busy,
           array_agg(x.step_code) filter (where x.state in ('done', 'skipped') and x.invoice_id is not null) as done_codes
    from asked p
    join actions_action x on x.customer_id = p.customer_id and x.cycle_id = p.cycle_id and x.kind = 'dunning'
    join actions_actionline l on l.action_id = x.id
    join night_items i on i.invoice_id = l.invoice_id
    -- An invoice carried beside others counts where its own age had reached the step (`reached` in actions/levels.py).
    where x.invoice_id is not null
       or i.due_on + x.step_offset <= coalesce(x.approved_on, x.left_on, (x.closed_at at time zone %(time_zone)s)::date, %(on)s)
          and (i.trusted or not x.formal_notice)
    group by 1
)
select i.invoice_id, i.customer_id, i.currency, i.due_on, i.net_amount, i.trusted, p.cycle_id, p.version_id, p.group_id,
       s.code as step_code, s.offset_days as step_offset, s.channel, s.template_id, s.mode, s.formal_notice, s.owner,
       may.open and waits.until_on <= %(on)s as due, %(calendar)s and may.open and worked.opens_on <= %(on)s as opens,
       case when may.open and worked.opens_on > %(on)s then worked.opens_on end as look_on,
       p.cycle_opened_on = %(on)s and p.entered_at >= 0 as enters
from asked p
join night_items i on i.customer_id = p.customer_id and i.currency = p.currency
left join carried c on c.invoice_id = i.invoice_id
cross join lateral (
    select case when i.due_on >= p.cycle_opened_on then null
                when p.entry_policy <> 'step_by_age' or exists (
                    select 1 from actions_cycle merged
                    where merged.customer_id = p.customer_id and merged.currency = p.currency
                      and merged.closed_on >= p.cycle_opened_on
                ) then p.entered_at
                else least(p.entered_at, coalesce(
                    entry_offset(p.version_id, i.due_on, p.cycle_opened_on, p.cycle_opened_on), -1)) end as at
) entered
join lateral (
    select s.* from scenarios_step s
    where s.version_id = p.version_id and s.offset_days >= 0
      and s.offset_days > greatest(c.done_offset, entered.at, -1)
      and case s.unit when 'invoice' then s.code <> all(coalesce(c.done_codes, '{}'))
               else s.offset_days > p.passed_offset and s.code <> all(p.done_codes) end
    order by s.offset_days limit 1
) s on s.unit = 'invoice'
cross join lateral (
    select not p.by_hand and not coalesce(c.busy, false) and (i.trusted or not s.formal_notice)
           and coalesce(i.net_amount * p.rate >= s.minimum_amount, true) as open  -- without a rate the minimum says nothing
) may
cross join lateral (
    select greatest(i.due_on + s.offset_days, c.last_done_on + s.gap_days, %(on)s::date) as until_on
) waits
cross join lateral (
    select case when s.working_days_only
                then coalesce((%(next_worked)s::date[])[1 + waits.until_on - %(on)s::date], waits.until_on)
                else waits.until_on end as opens_on
) worked
where i.overdue and i.held is null
