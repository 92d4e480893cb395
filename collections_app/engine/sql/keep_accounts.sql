-- What this look found, kept for the nights that do not look at these customers: written only where it differs. Run again
-- on its day, a night finds open what it has opened itself: what it found before stands.
with kept as materialized (
    /* for each */ select a.* from engine_account a where true /* found a.customer_id */
),
money as materialized (
    select c.customer_id, c.currency, sum(c.open_amount) as amount,
           coalesce(sum(c.open_amount) filter (where c.kind = 'credit_note'), 0) as of_credit_notes
    from receivables_credit c
    where c.entity_id = %(entity)s and c.open_amount > 0 and c.received_on <= %(on)s /* among c.customer_id */
    group by c.customer_id, c.currency
),
found as (
    select s.customer_id, s.currency, s.open_amount, s.late_amount, s.days_31_60, s.days_61_90, s.days_91, s.ages_on,
           s.disputed_amount, coalesce(m.amount, 0) - coalesce(m.of_credit_notes, 0) as unapplied_amount,
           coalesce(m.of_credit_notes, 0) as credit_notes_amount, g.group_id, c.team_id, c.collector_id,
           s.oldest_due_on is not null as overdue, d.decided, d.busy_since, l.look_on
    from night_standing s
    join customers_customer c on c.id = s.customer_id /* range c.id */
    left join night_groups g on g.customer_id = s.customer_id
    left join money m on m.customer_id = s.customer_id and m.currency = s.currency
    left join night_decided d on d.customer_id = s.customer_id and d.currency = s.currency
    left join night_looks l on l.customer_id = s.customer_id and l.currency = s.currency
),
tonight as materialized (
    select f.*, o.outcome, a.customer_id is not null as known
    from found f
    left join kept a on a.customer_id = f.customer_id and a.currency = f.currency
    cross join lateral (
        select case when f.decided = 'open_action' then 'action_open'
                    when f.decided = 'action_open' and f.busy_since = %(on)s then coalesce(a.outcome, f.decided)
                    else coalesce(f.decided, '') end as outcome
    ) o
    where (a.entity_id, a.open_amount, a.late_amount, a.days_31_60, a.days_61_90, a.days_91, a.ages_on, a.disputed_amount,
           a.unapplied_amount, a.credit_notes_amount, a.group_id, a.team_id, a.collector_id, a.overdue, a.outcome, a.look_on)
          is distinct from (%(entity)s, f.open_amount, f.late_amount, f.days_31_60, f.days_61_90, f.days_91, f.ages_on,
              f.disputed_amount, f.unapplied_amount, f.credit_notes_amount, f.group_id, f.team_id, f.collector_id, f.overdue,
              o.outcome, f.look_on)
),
gone as (
    delete from engine_account a
    using kept k left join night_standing s on s.customer_id = k.customer_id and s.currency = k.currency
    where k.entity_id = %(entity)s and s.customer_id is null and a.customer_id = k.customer_id and a.currency = k.currency
),
changed as (
    update engine_account a
    set entity_id = %(entity)s, open_amount = t.open_amount, late_amount = t.late_amount, days_31_60 = t.days_31_60,
        days_61_90 = t.days_61_90, days_91 = t.days_91, ages_on = t.ages_on, disputed_amount = t.disputed_amount,
        unapplied_amount = t.unapplied_amount, credit_notes_amount = t.credit_notes_amount, group_id = t.group_id,
        team_id = t.team_id, collector_id = t.collector_id, overdue = t.overdue, outcome = t.outcome, look_on = t.look_on
    from tonight t
    where t.known and a.customer_id = t.customer_id and a.currency = t.currency /* each a.customer_id */
)
insert into engine_account (
    customer_id, currency, entity_id, open_amount, late_amount, days_31_60, days_61_90, days_91, ages_on, disputed_amount,
    unapplied_amount, credit_notes_amount, group_id, team_id, collector_id, overdue, outcome, look_on
)
select t.customer_id, t.currency, %(entity)s, t.open_amount, t.late_amount, t.days_31_60, t.days_61_90, t.days_91, t.ages_on,
       t.disputed_amount, t.unapplied_amount, t.credit_notes_amount, t.group_id, t.team_id, t.collector_id, t.overdue,
       t.outcome, t.look_on
from tonight t where not t.known
