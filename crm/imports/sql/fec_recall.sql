-- Lines an earlier file told already.
create temporary table fec_recalled on commit drop as
select l.line, known.id as known_id, known.customer_id, known.batch_id, known.letter as known_letter, l.letter
from fec_line l
join imports_fecline known on known.entity_id = %(entity)s and known.digest = l.digest and known.rank = l.rank
where l.amount <> 0
