-- Overdue accounts that have no cycle yet enter one.
with entering as (
    -- By the age of what is claimed; where all of it is held, of that.
    select a.customer_id, a.currency, coalesce(a.oldest_eligible_on, a.oldest_due_on) as oldest_due_on, g.version_id, g.entry_policy
    from night_accounts a
    left join night_groups g on g.customer_id = a.customer_id
    where not exists (select 1 from night_cycles c where c.customer_id = a.customer_id and c.currency = a.currency)
),
-- plan: a function call per scenario and date, not per customer.
entry as materialized (
    select version_id, oldest_due_on,
           case when entry_policy = 'step_by_age'
                then entry_offset(version_id, oldest_due_on, %(worked)s, %(on)s) end as below,
           case when entry_policy = 'by_hand'
                then entry_asked(version_id, oldest_due_on, %(worked)s, %(on)s) end as asked
    from (select distinct version_id, entry_policy, oldest_due_on from entering
          where entry_policy in ('step_by_age', 'by_hand')
          limit (select count(*) from entering)  -- plan: never reached, it says that there are few
    ) e
),
opened as (
    insert into actions_cycle (entity_id, customer_id, currency, opened_on, passed_offset, by_hand)
    select %(entity)s, a.customer_id, a.currency, %(on)s, entry.below, coalesce(entry.asked, false)
    from entering a
    left join entry on entry.version_id = a.version_id and entry.oldest_due_on = a.oldest_due_on
    returning id, customer_id, currency, opened_on, passed_offset, by_hand
)
insert into night_cycles select * from opened
