-- Invoices this import brought that fall due later than the law allows their customer: after so many days, and after so
-- many days end of month (counted from the end of the month, or up to the end of theirs: the later of both). And those that
-- fall due before they are issued: mostly two columns, or day and month, that changed places.
with terms as (
    select i.id, i.number, i.due_on - i.issued_on as days,
           i.due_on > i.issued_on + l.maximum_days
               and (l.end_of_month_days is null or i.due_on > greatest(
                   date_trunc('month', i.issued_on + l.end_of_month_days) + interval '1 month - 1 day',
                   date_trunc('month', i.issued_on) + interval '1 month - 1 day' + make_interval(days => l.end_of_month_days)))
               as too_long
    from receivables_invoice i
    join customers_customer c on c.id = i.customer_id
    left join jsonb_to_recordset(%(limits)s) as l (kind text, maximum_days integer, end_of_month_days integer) on l.kind = c.kind
    where i.id > %(last_invoice)s and i.import_batch_id = %(batch)s and i.kind = 'invoice'
)
select count(*) filter (where too_long) as invoices, max(days) filter (where too_long) as days,
       (array_agg(number order by days desc, id) filter (where too_long))[1:5] as numbers,
       count(*) filter (where days < 0) as early,
       (array_agg(number order by days, id) filter (where days < 0))[1:5] as early_numbers
from terms
