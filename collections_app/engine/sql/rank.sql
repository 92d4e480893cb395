-- Rank (see action_rank) and the reasons a collector reads.
with rates as (
    select c.currency,
           case when c.currency = e.currency then 1
                else (select r.rate from law_exchangerate r
                      where r.base = c.currency and r.quote = e.currency and r."on" <= %(on)s
                      order by r."on" desc limit 1)
           end as rate
    from (select distinct currency from actions_action
          where entity_id = %(entity)s and state in ('todo', 'to_approve')) c
    join accounts_entity e on e.id = %(entity)s
),
ranked as (
    select x.id,
           action_rank(coalesce(a.overdue_amount, x.amount), r.rate, coalesce(a.oldest_due_on, x.oldest_due_on), %(on)s) as rank,
           array_remove(array[
               case when x.kind = 'entry' then 'choose_entry' end,
               case when x.state = 'to_approve' then 'to_approve' end,
               case when x.escalated_on is not null then 'escalated' end,
               case when x.outcome = 'bounced' then 'bounced' end,
               case when x.mode = 'automatic' and x.address_id is null then 'no_address' end,
               case when x.mode = 'automatic' and x.address_id is not null and x.outcome = '' then 'due_date_not_certain' end,
               case when %(on)s::date - x.oldest_due_on > 90 then 'over_90_days' end,
               case when x.formal_notice then 'formal_notice' end,
               case when x.amount * coalesce(r.rate, 1) >= 10000 then 'high_amount' end
           ]::varchar[], null) as reasons
    from actions_action x
    join rates r on r.currency = x.currency
    left join night_accounts a on a.customer_id = x.customer_id and a.currency = x.currency
    where x.entity_id = %(entity)s and x.state in ('todo', 'to_approve')
)
update actions_action x set rank = r.rank, reasons = r.reasons
from ranked r
where x.id = r.id and (x.rank, x.reasons) is distinct from (r.rank, r.reasons)
