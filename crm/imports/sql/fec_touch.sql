-- Customers whose lines are new, or lettered anew, are looked at again; and those of money that was dated ahead when it was
-- told: where it has come it may settle something now, where it has not it settles nothing.
insert into fec_touched (customer_id, lines_new, lines_lettered)
select customer_id, count(*) filter (where is_new), count(*) filter (where not is_new)
from (
    select l.customer_id, true as is_new
    from fec_line l left join fec_recalled r using (line) where l.amount <> 0 and r.line is null
    union all
    select customer_id, false from fec_recalled where known_letter <> letter
    union all
    select r.customer_id, null
    from fec_recalled r join fec_line l using (line)
    join imports_batch b on b.id = r.batch_id join accounts_entity e on e.id = b.entity_id
    cross join lateral (  -- plan: by key, they are few
        select c.amount, c.open_amount from receivables_credit c
        where c.entity_id = %(entity)s and c.external_id = 'fec:' || l.digest || '-' || l.rank offset 0
    ) c
    where l.amount < 0 and l.entered_on > (b.finished_at at time zone e.time_zone)::date + 1
      and case when l.entered_on > %(last_day)s then c.open_amount < c.amount else c.open_amount > 0 end
) as changes group by customer_id
