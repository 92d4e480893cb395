-- What became older by the date alone of accounts no night had another reason to look at. All that comes from the same invoices
-- is read again with it: what was paid meanwhile is of no age.
with older as (
    select i.customer_id, i.currency, sum(i.open_amount) as open_amount,
           coalesce(sum(i.open_amount) filter (where i.due_on < %(on)s), 0) as late_amount,
           coalesce(sum(i.open_amount) filter (where i.due_on between %(on)s::date - 60 and %(on)s::date - 31), 0) as days_31_60,
           coalesce(sum(i.open_amount) filter (where i.due_on between %(on)s::date - 90 and %(on)s::date - 61), 0) as days_61_90,
           coalesce(sum(i.open_amount) filter (where i.due_on < %(on)s::date - 90), 0) as days_91,
           least(min(i.due_on) filter (where i.due_on between %(on)s::date - 30 and %(on)s::date - 1) + 31,
                 min(i.due_on) filter (where i.due_on between %(on)s::date - 60 and %(on)s::date - 31) + 61,
                 min(i.due_on) filter (where i.due_on between %(on)s::date - 90 and %(on)s::date - 61) + 91) as ages_on
    from receivables_invoice i
    where i.entity_id = %(entity)s and i.settled_on is null
      and i.customer_id = any(array(
          select a.customer_id from engine_account a where a.entity_id = %(entity)s and a.ages_on <= %(on)s
      ))
    group by i.customer_id, i.currency
)
update engine_account a
set open_amount = o.open_amount, late_amount = o.late_amount, days_31_60 = o.days_31_60, days_61_90 = o.days_61_90,
    days_91 = o.days_91, ages_on = o.ages_on
from older o
where a.customer_id = o.customer_id and a.currency = o.currency and a.entity_id = %(entity)s and a.ages_on <= %(on)s
