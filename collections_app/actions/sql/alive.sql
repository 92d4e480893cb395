-- Whether an invoice i that an action c carries gives it something left to say on a date: owed, not held (but by hand), and
-- at its step. The one rule of the night and of a suspension (suspend.sql); stands in a condition.
i.net_amount > 0 and (c.kind = 'manual' or i.held is null)
and case c.kind
    when 'preventive' then i.due_on >= %(on)s
    when 'dunning' then i.due_on + c.step_offset <= coalesce(c.approved_on, %(on)s) and (i.trusted or not c.formal_notice)
    when 'follow_up' then i.due_on < %(on)s
    else true end
