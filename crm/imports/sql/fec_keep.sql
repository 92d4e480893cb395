-- New lines are kept, to be known again.
insert into imports_fecline (entity_id, customer_id, batch_id, digest, rank, account, auxiliary, year_on, entered_on,
    issued_on, number, label, amount, kind, letter, previous_letter)
select %(entity)s, customer_id, %(batch)s, digest, rank, account, auxiliary, year_on, entered_on, issued_on, number, label, amount,
       kind, letter, ''
from fec_line where known_id is null and amount <> 0
