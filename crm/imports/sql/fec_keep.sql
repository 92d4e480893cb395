-- New lines are kept, to be known again.
insert into imports_fecline (entity_id, customer_id, batch_id, digest, rank, account, auxiliary, year_on, entered_on,
    issued_on, number, label, amount, kind, letter, previous_letter)
select %(entity)s, l.customer_id, %(batch)s, l.digest, l.rank, l.account, l.auxiliary, l.year_on, l.entered_on, l.issued_on,
       l.number, l.label, l.amount, l.kind, l.letter, ''
from fec_line l left join fec_recalled r using (line) where l.amount <> 0 and r.line is null
