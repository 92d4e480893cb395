-- What this look found, kept for the nights that do not look at these customers: written only where it differs. Run again
-- on its day, a night finds open what it has opened itself: what it found before stands.
with kept as materialized (
    /* for each */ select a.* from engine_account a where true /* found a.customer_id */
),
tonight as materialized (
    select s.customer_id, s.currency, s.open_amount, s.late_amount, s.disputed_amount, s.oldest_due_on is not null as overdue,
           o.outcome, l.look_on, a.customer_id is not null as known
    from night_standing s
    left join night_decided d on d.customer_id = s.customer_id and d.currency = s.currency
    left join night_looks l on l.customer_id = s.customer_id and l.currency = s.currency
    left join kept a on a.customer_id = s.customer_id and a.currency = s.currency
    cross join lateral (
        select case when d.decided = 'open_action' then 'action_open'
                    when d.decided = 'action_open' and d.busy_since = %(on)s then coalesce(a.outcome, d.decided)
                    else coalesce(d.decided, '') end as outcome
    ) o
    where (a.entity_id, a.open_amount, a.late_amount, a.disputed_amount, a.overdue, a.outcome, a.look_on)
          is distinct from (%(entity)s, s.open_amount, s.late_amount, s.disputed_amount, s.oldest_due_on is not null,
              o.outcome, l.look_on)
),
gone as (
    delete from engine_account a
    using kept k left join night_standing s on s.customer_id = k.customer_id and s.currency = k.currency
    where k.entity_id = %(entity)s and s.customer_id is null and a.customer_id = k.customer_id and a.currency = k.currency
),
changed as (
    update engine_account a
    set entity_id = %(entity)s, open_amount = t.open_amount, late_amount = t.late_amount,
        disputed_amount = t.disputed_amount, overdue = t.overdue, outcome = t.outcome, look_on = t.look_on
    from tonight t
    where t.known and a.customer_id = t.customer_id and a.currency = t.currency /* each a.customer_id */
)
insert into engine_account (customer_id, currency, entity_id, open_amount, late_amount, disputed_amount, overdue, outcome, look_on)
select t.customer_id, t.currency, %(entity)s, t.open_amount, t.late_amount, t.disputed_amount, t.overdue, t.outcome, t.look_on
from tonight t where not t.known
