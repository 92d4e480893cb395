-- Of a known line only the letter may change.
update imports_fecline known set letter = r.letter, previous_letter = known.letter, letter_batch_id = %(batch)s
from fec_recalled r where r.known_id = known.id and r.known_letter <> r.letter
