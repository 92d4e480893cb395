-- What each open action asks for, what its rank rests on (see actions/urgency.py) and the reasons a collector reads;
-- `turns_on`: when a line of it or a reason changes by itself.
with rates as (
    select c.currency,
           case when c.currency = %(books_in)s then 1
                else (select r.rate from law_exchangerate r
                      where r.base = c.currency and r.quote = %(books_in)s and r."on" <= %(on)s
                      order by r."on" desc limit 1)
           end as rate
    from (select distinct currency from night_actions) c
),
carried as (
    select l.action_id, sum(l.amount) as amount, min(l.due_on) as oldest_due_on, min(l.turns_on) as turns_on
    from night_lines l group by l.action_id
),
asked as (
    select x.*, coalesce(c.amount, x.amount) as asks, coalesce(c.oldest_due_on, x.oldest_due_on) as since_on, c.turns_on, r.rate,
           a.overdue_amount, a.oldest_due_on as account_since_on
    from night_actions x
    join rates r on r.currency = x.currency
    left join carried c on c.action_id = x.id
    left join night_accounts a on a.customer_id = x.customer_id and a.currency = x.currency
)
select id, customer_id, currency, asks as amount, since_on as oldest_due_on,
       round(coalesce(overdue_amount, asks) * coalesce(rate, 1), 3) as weight,
       coalesce(account_since_on, since_on, opened_on) as late_since_on,
       array_remove(array[
           case when kind = 'entry' then 'choose_entry' end,
           case when state = 'to_approve' then 'to_approve' end,
           case when escalated_on is not null then 'escalated' end,
           case when outcome in ('bounced', 'failed', 'blocked', 'no_template', 'not_composed') then outcome end,
           case when outcome = 'balance_changed' and state <> 'scheduled' then 'stale' end,
           case when mode = 'automatic' and state <> 'scheduled' and address_id is null then 'no_address' end,
           case when mode = 'automatic' and state <> 'scheduled' and address_id is not null and outcome = ''
               then 'due_date_not_certain' end,
           case when %(on)s::date - since_on > 90 then 'over_90_days' end,
           case when formal_notice then 'formal_notice' end,
           case when asks * coalesce(rate, 1) >= 10000 then 'high_amount' end
       ]::varchar[], null) as reasons,
       least(turns_on, case when %(on)s::date - since_on <= 90 then since_on + 91 end) as turns_on
from asked
