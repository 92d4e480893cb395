-- What the accounts of the entity owe, by currency and by what was decided. A SELECT of its own, which the processors share:
-- a statement that writes uses one.
select a.currency, a.outcome, count(*) as number, count(*) filter (where a.overdue) as overdue,
       sum(a.open_amount) as open_amount, sum(a.late_amount) as late_amount, sum(a.disputed_amount) as disputed_amount
from engine_account a where a.entity_id = %(entity)s
group by a.currency, a.outcome
