-- Lines not yet known are kept; of those known only the letter may have changed. Their customers are looked at again.
with met as (
    select l.*, coalesce(c.merged_into_id, c.id) as customer_id, known.id as known_id, known.letter as known_letter
    from fec_line l
    join customers_customer c on c.entity_id = %(entity)s and c.external_id = left(l.customer, 60)
    left join imports_fecline known on known.entity_id = %(entity)s and known.digest = l.digest and known.rank = l.rank
    where l.amount <> 0
), fresh as (
    insert into imports_fecline (entity_id, customer_id, batch_id, digest, rank, account, auxiliary, year_on, entered_on,
        issued_on, number, label, amount, kind, letter, previous_letter)
    select %(entity)s, customer_id, %(batch)s, digest, rank, left(account, 60), left(auxiliary, 60), year_on, entered_on,
           issued_on, number, label, amount, kind, left(letter, 40), ''
    from met where known_id is null
    returning customer_id
), lettered as (
    update imports_fecline known
    set letter = left(met.letter, 40), previous_letter = known.letter, letter_batch_id = %(batch)s
    from met where met.known_id = known.id and known.letter <> left(met.letter, 40)
    returning known.customer_id
)
insert into fec_touched (customer_id, lines_new, lines_lettered)
select customer_id, sum(lines_new), sum(lines_lettered)
from (
    select customer_id, count(*) as lines_new, 0 as lines_lettered from fresh group by customer_id
    union all
    select customer_id, 0, count(*) from lettered group by customer_id
) as changes group by customer_id
