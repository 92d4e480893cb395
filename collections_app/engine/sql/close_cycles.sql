-- A cycle ends when nothing of its account is overdue any more.
with ended as (
    delete from night_cycles_already n
    where not exists (select 1 from night_accounts a where a.customer_id = n.customer_id and a.currency = n.currency)
    returning n.id
)
update actions_cycle c set closed_on = %(on)s, by_hand = false
where c.id = any(array(select id from ended)) and c.closed_on is null
