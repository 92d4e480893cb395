-- Every item an earlier FEC gave the touched customers. `capacity` is what lettering may use: the amount less what persons
-- did with it, nothing where the books no longer count the item. `adjusted` is what earlier imports took off.
create temporary table fec_known on commit drop as
with items as (
    select 'debit' as side, i.id, i.customer_id, i.external_id, i.amount, i.issued_on
    from receivables_invoice i join fec_touched using (customer_id)
    where i.entity_id = %(entity)s and i.external_id like 'fec:%%'
    union all
    select 'credit', c.id, c.customer_id, c.external_id, c.amount, c.received_on
    from receivables_credit c join fec_touched using (customer_id)
    where c.entity_id = %(entity)s and c.external_id like 'fec:%%'
), moves as (
    select 'debit' as side, m.invoice_id as id, m.amount, m.kind, m.import_batch_id, m."on"
    from items i join receivables_movement m on m.invoice_id = i.id where i.side = 'debit'
    union all
    select 'credit', m.credit_id, m.amount, m.kind, m.import_batch_id, m."on"
    from items i join receivables_movement m on m.credit_id = i.id where i.side = 'credit'
), moved as (
    select side, id, coalesce(sum(amount) filter (where import_batch_id is null), 0) as by_persons,
           coalesce(sum(amount) filter (where import_batch_id is not null
                                        and kind not in ('allocated', 'unallocated')), 0) as adjusted,
           max("on") as moved_on
    from moves group by side, id
)
select k.side, k.id, k.customer_id, k.issued_on, k.amount + coalesce(m.by_persons, 0) as whole, i.id is not null as counted,
       case when i.id is null then 0 else greatest(k.amount + coalesce(m.by_persons, 0), 0) end as capacity,
       coalesce(m.adjusted, 0) as adjusted, m.moved_on
from items k
left join fec_item i on i.side = k.side and i.id = k.id and i.customer_id = k.customer_id
left join moved m on m.side = k.side and m.id = k.id
