-- What a group leaves as debit was covered by a credit carried forward.
update fec_left set pool = case when side = 'debit' and letter <> '' or side = 'credit' and early then customer_id::text end
where letter <> '' or early
