-- One row per item of the file; `copy` above 1 is the very same row again. A row cleared after the day of the state was
-- still open on it. A row of zero is a debit, unless it speaks of a credit that is known.
create temporary table item_row on commit drop as
select line, customer, name, case when cleared_on <= %(as_of)s then 0 else exact end as exact, external_id, number, issued_on, due_on, currency, amount, kind, label,
       case when cleared_on <= %(as_of)s then 0 else open_amount end as open_amount,
       least(cleared_on, %(as_of)s::date) as moved_on,
       case when amount < 0 or amount = 0 and exists (
                select from receivables_credit c where c.entity_id = %(entity)s and c.external_id = item_staged.external_id)
            then 'credit' else 'debit' end as side,
       coalesce(due_on, issued_on + %(terms)s::integer) as payable_on,
       row_number() over (partition by customer, external_id, number, issued_on, due_on, cleared_on, currency, amount,
                          open_amount, kind, label order by line) as copy
from item_staged
