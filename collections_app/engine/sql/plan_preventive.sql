-- Invoices not yet due that reached a preventive step they have not carried: the nearest to the due date reached wins. On a
-- day not worked a step of worked days waits for the next one (`opens`).
-- What is announced falls due within 120 days: no announcement older than that speaks of it.
with reached as materialized (
    select i.invoice_id, i.customer_id, i.currency, i.due_on, i.net_amount, m.group_id, v.id as version_id,
           s.code as step_code, s.offset_days as step_offset, s.channel, s.template_id, s.mode, s.minimum_amount, s.owner,
           not s.working_days_only or %(worked)s::date = %(on)s as opens
    from night_items i
    join segments_membership m on m.customer_id = i.customer_id and m.to_on is null /* range m.customer_id */
    join segments_group g on g.id = m.group_id
    join scenarios_scenarioversion v on v.scenario_id = g.scenario_id and v.state = 'published'
    join lateral (
        select s.* from scenarios_step s
        where s.version_id = v.id and s.offset_days < 0
          and i.due_on + s.offset_days <= case when s.working_days_only then %(preventive_until)s::date else %(on)s::date end
        order by s.offset_days desc limit 1
    ) s on true
    where i.due_on >= %(on)s and i.due_on <= %(on)s::date + 120 and i.net_amount > 0 and i.held is null and i.trusted
),
-- By arrays: a plan that guesses few of either would read the lines once per action, one that guesses many all of them.
announcement as materialized (
    select x.id, x.step_offset
    from actions_action x
    where x.kind = 'preventive' and x.state <> 'cancelled' and x.occasion_on >= %(on)s::date - 120
      and x.entity_id = %(entity)s and x.customer_id = any(array(select distinct customer_id from reached))
),
line as materialized (
    select l.action_id, l.invoice_id from actions_actionline l where l.action_id = any(array(select id from announcement))
),
announced as materialized (
    select l.invoice_id, max(x.step_offset) as step_offset
    from line l join announcement x on x.id = l.action_id
    group by l.invoice_id
)
select r.* from reached r
where not exists (select from announced a where a.invoice_id = r.invoice_id and a.step_offset >= r.step_offset)
