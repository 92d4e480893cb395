-- Identical lines are told apart by their order in the file.
update fec_line l set rank = n.rank
from (
    select line, row_number() over (partition by digest order by line) as rank
    from fec_line where digest in (select digest from fec_line group by digest having count(*) > 1)
) n where l.line = n.line and n.rank > 1
