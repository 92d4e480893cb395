-- The aged balance of the entity, cut by group, team and portfolio: that of the last night, and no other. Unapplied money is that
-- of every customer, also of one to whom nothing is open: this is told beside (`idle_amount`).
with gone as (
    delete from engine_agedpart p where p.entity_id = %(entity)s
),
owed as (
    select o.currency, o.group_id, o.team_id, o.collector_id, sum(o.number) as customers, sum(o.open_amount) as open_amount,
           sum(o.late_amount) as late_amount, sum(o.days_31_60) as days_31_60, sum(o.days_61_90) as days_61_90,
           sum(o.days_91) as days_91, sum(o.disputed_amount) as disputed_amount
    from night_owed o group by o.currency, o.group_id, o.team_id, o.collector_id
),
money as (
    select c.currency, m.group_id, u.team_id, u.collector_id, sum(c.open_amount) as amount,
           coalesce(sum(c.open_amount) filter (where c.kind = 'credit_note'), 0) as of_credit_notes,
           coalesce(sum(c.open_amount) filter (where a.customer_id is null), 0) as idle
    from receivables_credit c
    join customers_customer u on u.id = c.customer_id
    left join segments_membership m on m.customer_id = c.customer_id and m.to_on is null
    left join engine_account a on a.customer_id = c.customer_id and a.currency = c.currency
    where c.entity_id = %(entity)s and c.open_amount > 0 and c.received_on <= %(on)s
    group by c.currency, m.group_id, u.team_id, u.collector_id
)
insert into engine_agedpart (
    entity_id, "on", currency, group_id, team_id, collector_id, customers, not_due, days_1_30, days_31_60, days_61_90, days_91,
    disputed_amount, unapplied_amount, credit_notes_amount, idle_amount
)
select %(entity)s, %(on)s, currency, p.group_id, p.team_id, p.collector_id, sum(p.customers), sum(p.open_amount - p.late_amount),
       sum(p.late_amount - p.days_31_60 - p.days_61_90 - p.days_91), sum(p.days_31_60), sum(p.days_61_90), sum(p.days_91),
       sum(p.disputed_amount), sum(p.unapplied), sum(p.of_credit_notes), sum(p.idle)
from (
    select o.*, 0 as unapplied, 0 as of_credit_notes, 0 as idle from owed o
    union all
    select m.currency, m.group_id, m.team_id, m.collector_id, 0, 0, 0, 0, 0, 0, 0, m.amount - m.of_credit_notes, m.of_credit_notes,
           m.idle
    from money m
) p
group by p.currency, p.group_id, p.team_id, p.collector_id
