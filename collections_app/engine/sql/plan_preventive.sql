-- Invoices not yet due that reached a preventive step they have not carried: the nearest to the due date reached wins. On a
-- day not worked a step of worked days waits for the next one (`opens`).
-- What is announced falls due within 120 days: no announcement older than that speaks of it.
with step as materialized (  -- plan: once per due date and version, not per invoice
    select distinct on (d.due_on, s.version_id) d.due_on, s.*
    from (
        select distinct i.due_on from night_items i where i.due_on >= %(on)s and i.due_on - %(on)s::date <= 120
    ) d  -- plan: two bounds of one column would be guessed to hold next to nothing
    join scenarios_step s on s.offset_days < 0
         and d.due_on + s.offset_days <= case when s.working_days_only then %(preventive_until)s::date else %(on)s::date end
    order by d.due_on, s.version_id, s.offset_days desc
),
reached as materialized (
    select i.invoice_id, i.customer_id, i.currency, i.due_on, i.net_amount, g.group_id, g.version_id,
           s.code as step_code, s.offset_days as step_offset, s.channel, s.template_id, s.mode, s.minimum_amount, s.owner,
           %(calendar)s and (not s.working_days_only or %(worked)s::date = %(on)s) as opens
    from night_items i
    join night_groups g on g.customer_id = i.customer_id
    join step s on s.version_id = g.version_id and s.due_on = i.due_on
    where i.due_on >= %(on)s and i.net_amount > 0 and i.held is null and i.trusted
),
-- plan: by arrays, for one that guesses few of either would read the lines once per action, one that guesses many all of them.
announcement as materialized (
    select x.id, x.step_offset
    from actions_action x
    where x.kind = 'preventive' and x.state <> 'cancelled' and x.occasion_on >= %(on)s::date - 120
      and x.entity_id = %(entity)s and x.customer_id = any(array(select distinct customer_id from reached))
),
line as materialized (  -- plan: apart, for an array of thousands is no condition inside a loop
    select l.action_id, l.invoice_id from actions_actionline l where l.action_id = any(array(select id from announcement))
),
-- The steps each invoice has behind it, told one by one. plan: `not in` is a hash whatever is guessed.
announced as (
    select l.invoice_id, s.offset_days
    from line l
    join announcement x on x.id = l.action_id
    join (select distinct offset_days from step) s on s.offset_days <= x.step_offset
)
select r.* from reached r
where (r.invoice_id, r.step_offset) not in (select a.invoice_id, a.offset_days from announced a)
