-- Lines of the touched customers that earlier files told.
create temporary table fec_older on commit drop as
select f.id as known_id, null::integer as line, f.digest, f.rank, f.customer_id, f.account, f.auxiliary, f.year_on, f.entered_on, f.issued_on, f.number, f.label, f.amount,
       f.kind, f.letter
from imports_fecline f join fec_touched using (customer_id) where f.entity_id = %(entity)s
