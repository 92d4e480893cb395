-- A currency in which nothing is left is told as nothing on the night it is found, once: the last that was told of it tells
-- otherwise, maybe by an earlier run of the day.
with owed as (
    select a.currency, sum(a.open_amount) as open_amount, sum(a.late_amount) as overdue_amount,
           sum(a.disputed_amount) as disputed_amount, sum(a.overdue) as customers_overdue
    from night_owed a group by a.currency
),
unapplied as (
    select c.currency, sum(c.open_amount) as amount
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
    entity_id, "on", currency, open_amount, overdue_amount, unapplied_amount, disputed_amount, customers_overdue, actions_open
)
select %(entity)s, %(on)s, m.currency, coalesce(o.open_amount, 0), coalesce(o.overdue_amount, 0),
       coalesce(u.amount, 0), coalesce(o.disputed_amount, 0), coalesce(o.customers_overdue, 0), coalesce(t.number, 0)
from met m
left join owed o on o.currency = m.currency
left join unapplied u on u.currency = m.currency
left join todo t on t.currency = m.currency
on conflict (entity_id, "on", currency) do update
set open_amount = excluded.open_amount, overdue_amount = excluded.overdue_amount,
    unapplied_amount = excluded.unapplied_amount, disputed_amount = excluded.disputed_amount,
    customers_overdue = excluded.customers_overdue, actions_open = excluded.actions_open
where (f.open_amount, f.overdue_amount, f.unapplied_amount, f.disputed_amount, f.customers_overdue, f.actions_open)
      is distinct from (excluded.open_amount, excluded.overdue_amount, excluded.unapplied_amount,
                        excluded.disputed_amount, excluded.customers_overdue, excluded.actions_open)
