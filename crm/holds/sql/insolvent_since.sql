-- Of some invoices, those which insolvency proceedings cover, with the day of the first judgment: it stops the interest of
-- what was born before, for good, whatever becomes of the proceedings. A hold of no claims born before a date says it by
-- the day it starts. One placed by mistake, or taken back before it held for a day, says nothing.
select i.id as invoice_id, min(coalesce(h.born_before, h.starts_on)) as stopped_on
from holds_hold h
join receivables_invoice i on i.customer_id = h.customer_id
where i.id = any(%(invoices)s) and h.kind = 'insolvency' and h.outcome <> 'mistake'
  and (h.ended_on is null or h.ended_on > h.starts_on)
  and (h.invoice_id = i.id or h.invoice_id is null and i.issued_on < coalesce(h.born_before, h.starts_on))
group by i.id
