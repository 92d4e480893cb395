with gone as (
    delete from imports_fecline where entity_id = %(entity)s and batch_id = %(batch)s returning customer_id
), lettered as (
    update imports_fecline set letter = previous_letter, previous_letter = '', letter_batch_id = null
    where entity_id = %(entity)s and letter_batch_id = %(batch)s and batch_id <> %(batch)s returning customer_id
)
insert into fec_touched (customer_id, lines_new, lines_lettered)
select customer_id, 0, 0 from gone union select customer_id, 0, 0 from lettered
