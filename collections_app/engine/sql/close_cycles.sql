-- A cycle ends when nothing of its account is overdue any more, or when it has told of nothing that is claimed now.
with ended as (
    delete from night_cycles_already n
    where not exists (select 1 from night_accounts a where a.customer_id = n.customer_id and a.currency = n.currency)
       or n.id in (select o.id from night_outgrown o)
    returning n.id
)
update actions_cycle c set closed_on = %(on)s, by_hand = false, resumable = true
where c.id = any(array(select id from ended)) and c.closed_on is null
