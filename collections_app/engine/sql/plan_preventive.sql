-- Invoices not yet due that reached a preventive step they have not carried: the nearest to the due date reached wins.
select i.invoice_id, i.customer_id, i.currency, i.due_on, i.net_amount, m.group_id, v.id as version_id,
       s.code as step_code, s.offset_days as step_offset, s.channel, s.template_id, s.mode, s.minimum_amount, s.owner
from night_items i
join segments_membership m on m.customer_id = i.customer_id and m.to_on is null
join segments_group g on g.id = m.group_id
join scenarios_scenarioversion v on v.scenario_id = g.scenario_id and v.state = 'published'
join lateral (
    select s.* from scenarios_step s
    where s.version_id = v.id and s.offset_days < 0
      and i.due_on + s.offset_days <= case when s.working_days_only then %(preventive_until)s::date else %(on)s::date end
    order by s.offset_days desc limit 1
) s on true
where i.due_on >= %(on)s and i.due_on <= %(on)s::date + 120 and i.net_amount > 0 and i.held is null and i.trusted
  and not exists (
      select 1 from actions_action x join actions_actionline l on l.action_id = x.id
      where x.customer_id = i.customer_id and l.invoice_id = i.invoice_id and x.kind = 'preventive' and x.state <> 'cancelled'
        and x.step_offset >= s.offset_days
  )
