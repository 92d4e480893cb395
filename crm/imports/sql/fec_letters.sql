-- Of a known line only the letter may change.
update imports_fecline known set letter = l.letter, previous_letter = known.letter, letter_batch_id = %(batch)s
from fec_line l where l.known_id = known.id and l.known_letter <> l.letter and l.amount <> 0
