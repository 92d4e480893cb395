-- What each action open before tonight carries tonight; of what opens, see new_lines.sql. Where it is no dunning, it keeps its
-- invoices as long as those are owed, not held (but by hand), and not yet due under a preventive step. (Which step its own
-- age allows an invoice, and whether it reached the action's, is no fact: who reads it asks its due date.) A declaration
-- carries what was born before the judgment, which it is late since, held or not, less what was declared of the same
-- proceedings already (crm.holds.queries.not_declared).
with declared as materialized (
    select h.customer_id, h.born_before, k.invoice_id, sum(k.amount) as amount,
           sum(sum(k.amount)) over (partition by h.customer_id, h.born_before, k.currency) as whole
    from holds_declaredclaim k
    join holds_declaration d on d.id = k.declaration_id
    join holds_hold h on h.id = d.hold_id
    where h.entity_id = %(entity)s
    group by h.customer_id, h.born_before, k.currency, k.invoice_id
)
select x.id as action_id, i.invoice_id, i.net_amount as amount, i.due_on
from night_actions x
join night_items i on (
/* carries */
)
where x.kind in ('dunning', 'follow_up') and x.moves and not x.is_new
union all
select x.id, p.invoice_id, p.net_amount, p.due_on
from night_preventive p
join night_actions x on x.customer_id = p.customer_id and x.currency = p.currency and x.step_code = p.step_code
     and x.kind = 'preventive' and x.moves and x.occasion_on = %(on)s and p.opens  -- opened by an earlier run of the day
where not x.is_new
union all
select x.id, l.invoice_id, i.net_amount, i.due_on
from night_actions x
join night_carried l on l.action_id = x.id
join night_items i on i.invoice_id = l.invoice_id
where x.kind in ('preventive', 'manual') and x.moves and not x.opens and i.net_amount > 0
  and (x.kind = 'manual' or i.held is null and i.due_on >= %(on)s)
union all
select claim.id, claim.invoice_id, claim.amount, claim.due_on
from (
    select x.id, i.invoice_id, i.net_amount - coalesce(d.amount, 0) as amount, i.due_on, d.amount is null as is_new,
           sum(i.net_amount) filter (where d.amount is not null) over (partition by x.id) > d.whole as has_grown
    from night_actions x
    join night_items i on i.customer_id = x.customer_id and i.currency = x.currency
    left join declared d on d.customer_id = x.customer_id and d.born_before = x.late_since_on and d.invoice_id = i.invoice_id
    where x.kind = 'declaration' and x.moves and i.net_amount > 0
      -- plan: asked of each by its key: they are few
      and (select v.issued_on from receivables_invoice v where v.id = i.invoice_id) < x.late_since_on
) claim
where claim.is_new or claim.has_grown and claim.amount > 0
