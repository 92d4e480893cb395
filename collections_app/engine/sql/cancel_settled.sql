-- Open actions nothing is left to say about: what reached their step is paid, covered, held or now due later, their
-- cycle is closed, or the invoice they announced has fallen due.
update actions_action x set state = 'cancelled', closed_at = %(at)s, outcome =
    case when exists (
        select 1 from actions_actionline l join night_items i on i.invoice_id = l.invoice_id
        where l.action_id = x.id and i.held is not null
    ) then 'held' else 'settled' end
where x.entity_id = %(entity)s and x.state in ('todo', 'to_approve', 'scheduled')
  and (
      x.kind in ('dunning', 'preventive', 'manual')
      and exists (select 1 from actions_actionline l where l.action_id = x.id)
      and not exists (
          select 1 from actions_actionline l join night_items i on i.invoice_id = l.invoice_id
          where l.action_id = x.id and l.reached and i.net_amount > 0
            and (x.kind = 'manual' or i.held is null)
            and case x.kind
                when 'preventive' then i.due_on >= %(on)s
                when 'dunning' then i.due_on + x.step_offset <= %(on)s and (i.trusted or not x.formal_notice)
                else true end
      )
      or exists (select 1 from actions_cycle c where c.id = x.cycle_id and c.closed_on is not null)
  )
