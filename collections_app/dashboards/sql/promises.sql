-- Promises by the month of their day: those that ran to it, and of these the ones of which everything promised was settled by
-- then. One made of several invoices in one go is one promise. What a promise is about: its invoice, or what the customer owed
-- late when he made it. One taken back as a mistake, or lifted before its day while something was still open, is none.
with promise as (
    select h.customer_id, h.created_at, h.ends_on,
           bool_and(i.settled_on is not null and i.settled_on <= h.ends_on) as kept,
           bool_or(h.outcome = 'lifted' and h.ended_on <= h.ends_on) as lifted
    from holds_hold h
    join receivables_invoice i on i.id = h.invoice_id
    where h.entity_id = %(entity)s and h.kind = 'promise' and h.outcome <> 'mistake' and h.invoice_id is not null
      and h.ends_on >= %(since)s and h.ends_on < %(until)s
    group by h.customer_id, h.created_at, h.ends_on
    union all
    select h.customer_id, h.created_at, h.ends_on,
           bool_and(i.settled_on is not null and i.settled_on <= h.ends_on),
           bool_or(h.outcome = 'lifted' and h.ended_on <= h.ends_on)
    from holds_hold h
    join receivables_invoice i on i.customer_id = h.customer_id and i.due_on < h.starts_on
        and (i.settled_on is null or i.settled_on >= h.starts_on)
        and (h.born_before is null or i.issued_on < h.born_before)
    where h.entity_id = %(entity)s and h.kind = 'promise' and h.outcome <> 'mistake' and h.invoice_id is null
      and h.ends_on >= %(since)s and h.ends_on < %(until)s
    group by h.customer_id, h.created_at, h.ends_on
)
select date_trunc('month', p.ends_on)::date as month, count(*) as matured, count(*) filter (where p.kept) as kept
from promise p where p.kept or not p.lifted
group by 1
