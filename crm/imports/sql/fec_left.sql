-- What is left to letter, and (pool) with what: items of one pool are set against each other, oldest first. What is used up
-- leaves the table. First, lettering codes are local to an account, and to an exercise where they balance in it.
create temporary table fec_left on commit drop as
select i.side, i.id, i.customer_id, i.account, i.auxiliary, i.letter, i.entered_on, i.early,
       case when i.is_new then abs(i.amount) else k.capacity end as remaining,
       case when i.letter <> '' then concat_ws(chr(31), i.customer_id, i.account, i.auxiliary, i.letter, i.year_on) end as pool
from fec_item i left join fec_known k on k.side = i.side and k.id = i.id
where i.is_new or k.capacity > 0
