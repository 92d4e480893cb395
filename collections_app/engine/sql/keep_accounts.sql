-- What this look found, kept for the nights that do not look at these customers: written only where it differs.
with gone as (
    delete from engine_account a
    where a.entity_id = %(entity)s /* among a.customer_id */
      and not exists (select from night_standing s where s.customer_id = a.customer_id and s.currency = a.currency)
)
insert into engine_account as a (customer_id, currency, entity_id, open_amount, late_amount, disputed_amount, overdue, outcome, look_on)
select s.customer_id, s.currency, %(entity)s, s.open_amount, s.late_amount, s.disputed_amount, s.oldest_due_on is not null,
       case d.decided when 'open_action' then 'action_open' else coalesce(d.decided, '') end, l.look_on
from night_standing s
left join night_decided d on d.customer_id = s.customer_id and d.currency = s.currency
left join night_looks l on l.customer_id = s.customer_id and l.currency = s.currency
on conflict (customer_id, currency) do update
set entity_id = excluded.entity_id, open_amount = excluded.open_amount, late_amount = excluded.late_amount,
    disputed_amount = excluded.disputed_amount, overdue = excluded.overdue, outcome = excluded.outcome, look_on = excluded.look_on
where (a.entity_id, a.open_amount, a.late_amount, a.disputed_amount, a.overdue, a.outcome, a.look_on)
      is distinct from (excluded.entity_id, excluded.open_amount, excluded.late_amount, excluded.disputed_amount,
                        excluded.overdue, excluded.outcome, excluded.look_on)
