-- What the accounts of the entity owe, by currency, by what was decided and by whose they are. A SELECT of its own, which the
-- processors share: a statement that writes uses one.
select a.currency, a.outcome, a.group_id, a.team_id, a.collector_id, count(*) as number, count(*) filter (where a.overdue) as overdue,
       sum(a.open_amount) as open_amount, sum(a.late_amount) as late_amount, sum(a.days_31_60) as days_31_60,
       sum(a.days_61_90) as days_61_90, sum(a.days_91) as days_91, sum(a.disputed_amount) as disputed_amount
from engine_account a where a.entity_id = %(entity)s
group by a.currency, a.outcome, a.group_id, a.team_id, a.collector_id
