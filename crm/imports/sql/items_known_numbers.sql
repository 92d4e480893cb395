-- Which instalment of its document, and of its due date, where a document has several.
update item_known k set nth = n.nth, alone = n.alone
from (
    select id, row_number() over (partition by external_id, due_on order by installment) as nth,
           count(*) over (partition by external_id) as alone
    from item_known
    where side = 'debit' and external_id in (
        select external_id from item_known where side = 'debit' group by external_id having count(*) > 1)
) n where k.side = 'debit' and k.id = n.id
