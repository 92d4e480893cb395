-- What each open action asks for, what its rank rests on (see actions/urgency.py), the reasons a collector reads, and whose
-- it is. `turns_on`: when a reason changes by itself. The team is that of the customer. What waits for a person stays his as
-- long as he works and is let into the customer (CustomerQuerySet.visible_to); what nobody has goes by the rule of the step:
-- to the portfolio collector or, while he is away, who stands in for him (if let in); to the team's
-- supervisor where the step says so. What has a team but no person here is given out at the end of the night (assign.sql).
-- A declaration of claims keeps the rank it was opened with (actions/declaring.py): the law counts from the judgment. So
-- does the question whether an account is insolvent (actions/insolvent.py).
with books as (
    select 10000 * coalesce(exchange_rate('EUR', %(books_in)s, %(on)s), 1) as least_high
),
rates as materialized (  -- plan: once per currency, not per row
    select c.currency, exchange_rate(c.currency, %(books_in)s, %(on)s) as rate
    from (select distinct currency from night_actions) c
),
works as materialized (
    select * from accounts_workers(%(entity)s, %(working)s::text[])
),
present as (
    select w.id from works w
    where not exists (select from accounts_absence a where a.user_id = w.id and %(on)s between a.starts_on and a.ends_on)
),
stands_in as materialized (
    select * from accounts_stand_ins(%(entity)s, %(working)s::text[], %(on)s)
),
carried as (
    select l.action_id, sum(l.amount) as amount, min(l.due_on) as oldest_due_on
    from night_lines l group by l.action_id  -- what opens knows what it asks for (openings.sql)
),
asked as (
    select x.*, coalesce(c.amount, case when x.kind = 'declaration' then 0 else x.amount end) as asks,
           case when x.kind <> 'declaration' then coalesce(c.oldest_due_on, x.oldest_due_on) end as since_on, r.rate,
           a.overdue_amount, a.oldest_due_on as account_since_on
    from night_actions x
    join rates r on r.currency = x.currency
    left join carried c on c.action_id = x.id
    left join night_accounts a on a.customer_id = x.customer_id and a.currency = x.currency
),
his as materialized (  -- plan: of these customers alone
    select c.id, c.team_id, c.collector_id from customers_customer c
    where c.entity_id = %(entity)s /* each c.id */
),
/* promises unkept */,
broken as materialized (  -- the account has not paid as promised, and what was promised is still claimed
    select p.customer_id, p.currency from promised p where not p.kept_in_it and not p.lifted group by p.customer_id, p.currency
),
given as (
    select x.*, c.team_id as given_team_id, case x.kind when 'follow_up' then 'supervisor' else coalesce(s.owner, 'portfolio') end as rule,
           case when x.state = 'scheduled' and not x.opens then x.owner_id else had.id end as kept_id,
           coalesce(p.id, r.id) as portfolio_id, boss.id as supervisor_id
    from asked x
    join his c on c.id = x.customer_id
    left join works had on had.id = x.owner_id
         and (had.sees_all or had.id = c.collector_id or c.team_id = any(had.teams))
    left join scenarios_step s on s.version_id = x.version_id and s.code = x.step_code
    left join present p on p.id = c.collector_id
    left join stands_in on stands_in.user_id = c.collector_id
    left join works r on r.id = stands_in.replacement_id and (r.sees_all or c.team_id = any(r.teams))
    left join accounts_team t on t.id = c.team_id
    left join works boss on boss.id = t.supervisor_id
         and (boss.sees_all or boss.id = c.collector_id or c.team_id = any(boss.teams))
)
select x.id, x.customer_id, x.currency, asks as amount, since_on as oldest_due_on,
       case when kind in ('declaration', 'insolvency') then weight
            else round(coalesce(overdue_amount, asks) * coalesce(rate, 1), 3)::double precision end as weight,
       case when kind in ('declaration', 'insolvency') then late_since_on
            else coalesce(account_since_on, since_on, opened_on, %(on)s::date) end as late_since_on,
       array_remove(array[
           case when kind = 'entry' then 'choose_entry' end,
           case when kind = 'follow_up' then 'ladder_finished' end,
           case when state = 'to_approve' then 'to_approve' end,
           case when escalated_on is not null then 'escalated' end,
           case when b.customer_id is not null and kind <> 'declaration' then 'broken_promise' end,
           case when outcome in ('bounced', 'failed', 'blocked', 'no_template', 'not_composed') then outcome end,
           case when outcome = 'balance_changed' and state <> 'scheduled' then 'stale' end,
           case when mode = 'automatic' and state <> 'scheduled' and address_id is null then 'no_address' end,
           case when mode = 'automatic' and state <> 'scheduled' and address_id is not null and outcome = ''
               then 'due_date_not_certain' end,
           case when %(on)s::date - since_on > 90 then 'over_90_days' end,
           case when formal_notice then 'formal_notice' end,
           case when asks * coalesce(rate, 1) >= (select least_high from books) then 'high_amount' end
       ]::varchar[], null) as reasons,
       coalesce(kept_id, case rule when 'portfolio' then portfolio_id when 'supervisor' then supervisor_id end) as owner_id,
       given_team_id as team_id,
       case when %(on)s::date - since_on <= 90 then since_on + 91 end as turns_on
from given x
left join broken b on b.customer_id = x.customer_id and b.currency = x.currency
