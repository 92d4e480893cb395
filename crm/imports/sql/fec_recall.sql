-- Lines an earlier file told already.
update fec_line l set known_id = known.id, known_letter = known.letter, customer_id = known.customer_id
from imports_fecline known where known.entity_id = %(entity)s and known.digest = l.digest and known.rank = l.rank
