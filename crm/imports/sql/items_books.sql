update receivables_invoice i set books_amount = g.said
from item_given_up g where i.id = g.id and i.books_amount is distinct from g.said
