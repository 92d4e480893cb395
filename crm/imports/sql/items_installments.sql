-- New parts of a document that stands more than once follow one another.
update item_target t set installment = t.installment + n.before
from (
    select line, row_number() over (partition by external_id order by payable_on, line) - 1 as before
    from item_target join item_repeated using (line) where is_new and side = 'debit'
) n where t.line = n.line
