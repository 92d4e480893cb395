-- A currency in which nothing is left is told as nothing on the night it is found, once: the last that was told of it tells
-- otherwise, maybe by an earlier run of the day.
with owed as (
    select a.currency, sum(a.open_amount) as open_amount, sum(a.late_amount) as overdue_amount,
           sum(a.days_31_60) as days_31_60, sum(a.days_61_90) as days_61_90, sum(a.days_91) as days_91,
           sum(a.disputed_amount) as disputed_amount, sum(a.overdue) as customers_overdue
    from night_owed a group by a.currency
),
unapplied as (
    select c.currency, sum(c.open_amount) as amount,
           coalesce(sum(c.open_amount) filter (where c.kind = 'credit_note'), 0) as of_credit_notes
    from receivables_credit c
    where c.entity_id = %(entity)s and c.open_amount > 0 and c.received_on <= %(on)s group by c.currency
),
todo as (
    select t.currency, sum(t.number) as number from actions_tally t
    where t.entity_id = %(entity)s group by t.currency having sum(t.number) <> 0
),
told as (
    select distinct on (f.currency) f.currency, f."on", f.open_amount, f.overdue_amount, f.unapplied_amount,
           f.disputed_amount, f.customers_overdue, f.actions_open
    from engine_dailyfigures f where f.entity_id = %(entity)s and f."on" <= %(on)s order by f.currency, f."on" desc
),
met as (
    select o.currency from owed o union select u.currency from unapplied u union select t.currency from todo t
    union select l.currency from told l where l."on" = %(on)s or (
        l.open_amount, l.overdue_amount, l.unapplied_amount, l.disputed_amount, l.customers_overdue, l.actions_open
    ) <> (0, 0, 0, 0, 0, 0)
)
insert into engine_dailyfigures as f (
    entity_id, "on", currency, open_amount, overdue_amount, days_1_30, days_31_60, days_61_90, days_91, unapplied_amount,
    credit_notes_amount, disputed_amount, customers_overdue, actions_open
)
select %(entity)s, %(on)s, m.currency, coalesce(o.open_amount, 0), coalesce(o.overdue_amount, 0),
       coalesce(o.overdue_amount - o.days_31_60 - o.days_61_90 - o.days_91, 0), coalesce(o.days_31_60, 0),
       coalesce(o.days_61_90, 0), coalesce(o.days_91, 0), coalesce(u.amount, 0), coalesce(u.of_credit_notes, 0),
       coalesce(o.disputed_amount, 0), coalesce(o.customers_overdue, 0), coalesce(t.number, 0)
from met m
left join owed o on o.currency = m.currency
left join unapplied u on u.currency = m.currency
left join todo t on t.currency = m.currency
on conflict (entity_id, "on", currency) do update
set open_amount = excluded.open_amount, overdue_amount = excluded.overdue_amount, days_1_30 = excluded.days_1_30,
    days_31_60 = excluded.days_31_60, days_61_90 = excluded.days_61_90, days_91 = excluded.days_91,
    unapplied_amount = excluded.unapplied_amount, credit_notes_amount = excluded.credit_notes_amount,
    disputed_amount = excluded.disputed_amount, customers_overdue = excluded.customers_overdue,
    actions_open = excluded.actions_open
where (f.open_amount, f.overdue_amount, f.days_1_30, f.days_31_60, f.days_61_90, f.days_91, f.unapplied_amount,
       f.credit_notes_amount, f.disputed_amount, f.customers_overdue, f.actions_open)
      is distinct from (excluded.open_amount, excluded.overdue_amount, excluded.days_1_30, excluded.days_31_60,
                        excluded.days_61_90, excluded.days_91, excluded.unapplied_amount, excluded.credit_notes_amount,
                        excluded.disputed_amount, excluded.customers_overdue, excluded.actions_open)
