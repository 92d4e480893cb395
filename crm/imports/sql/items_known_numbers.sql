-- Which part of those due on the same day, where a document has several.
update item_known k set nth = n.nth
from (
    select id, row_number() over (partition by external_id, due_on order by installment) as nth
    from item_known
    where side = 'debit' and external_id in (
        select external_id from item_known where side = 'debit' group by external_id having count(*) > 1)
) n where k.side = 'debit' and k.id = n.id and n.nth > 1
