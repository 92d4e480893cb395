-- What each action new tonight carries: as lines.sql. Written as it is read, for on a first night these are many millions.
select x.id as action_id, i.invoice_id, i.net_amount as amount
from night_openings x
join night_items i on (
/* carries */
)
where x.kind in ('dunning', 'follow_up') and x.is_new
union all
select x.id, p.invoice_id, p.net_amount
from night_preventive p
join night_openings x on x.customer_id = p.customer_id and x.currency = p.currency and x.step_code = p.step_code
where x.kind = 'preventive' and x.is_new and p.opens
