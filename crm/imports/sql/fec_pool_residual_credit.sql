-- What a group leaves as credit paid something of before the file: the opening balance, or an earlier exercise.
update fec_left set pool = case when side = 'credit' and letter <> '' or side = 'debit' and early then customer_id::text end
where letter <> '' or early
