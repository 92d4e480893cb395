-- What a complete list would close: the open items of this source it does not name. A row that could not be taken spares
-- the item it speaks of. What was issued after the day of the list, or came by a list of a later day, it cannot name.
create temporary table item_closing on commit drop as
select k.side, k.id, k.customer_id, k.currency, k.open_amount
from item_known k
where k.of_source and k.open_amount <> 0 and k.since_on <= %(as_of)s
    and not exists (select 1 from item_target t where t.side = k.side and t.id = k.id and not t.is_new)
    and not exists (select 1 from item_spared s where s.external_id = k.external_id)
