-- The open cycles of those who no longer rehearse go on from the age they have: steps already reached count as passed.
with account as (
    select n.customer_id, n.currency, min(n.due_on) as oldest_due_on
    from (
/* net open items */
    ) n
    left join segments_membership m on m.customer_id = n.customer_id and m.to_on is null
    where n.due_on < %(on)s and n.net_amount > 0 and n.held is null
      and coalesce(m.group_id, 0) = any(%(groups)s::bigint[])
    group by n.customer_id, n.currency
)
update actions_cycle c
set passed_offset = greatest(c.passed_offset, least(%(on)s::date - a.oldest_due_on, 32767))
from account a
where c.customer_id = a.customer_id and c.currency = a.currency and c.closed_on is null and not c.by_hand
