-- Lines not yet known are kept; of those known only the letter may have changed. Their customers are looked at again.
with met as (
    select l.*, coalesce(c.merged_into_id, c.id) as customer_id
    from fec_line l join customers_customer c on c.entity_id = %(entity)s and c.external_id = left(l.customer, 60)
    where l.amount <> 0
), kept as (
    insert into imports_fecline as known (entity_id, customer_id, batch_id, digest, rank, account, auxiliary, year_on,
        entered_on, issued_on, number, label, amount, kind, letter, previous_letter)
    select %(entity)s, customer_id, %(batch)s, digest, rank, left(account, 60), left(auxiliary, 60), year_on, entered_on,
           issued_on, number, label, amount, kind, left(letter, 40), ''
    from met
    on conflict (entity_id, digest, rank) do update
    set letter = excluded.letter, previous_letter = known.letter, letter_batch_id = %(batch)s
    where known.letter <> excluded.letter
    returning customer_id, batch_id
)
insert into fec_touched (customer_id, lines_new, lines_lettered)
select customer_id, count(*) filter (where batch_id = %(batch)s), count(*) filter (where batch_id <> %(batch)s)
from kept group by customer_id
