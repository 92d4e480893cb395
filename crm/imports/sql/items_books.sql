-- What the books show of what was moved here, for the next list.
with credits as (
    update receivables_credit c set books_amount = h.said
    from item_moved_here h where h.side = 'credit' and c.id = h.id and c.books_amount is distinct from h.said
)
update receivables_invoice i set books_amount = h.said
from item_moved_here h where h.side = 'debit' and i.id = h.id and i.books_amount is distinct from h.said
