-- Lines known of the days of the file that are gone, and told anew under another number of entry or label: the same account,
-- day, document and amount, in their order where several are alike; the same label where the document is another (without one the
-- number of the entry stands for it). They are the lines known, under what these are known by.
with gone as materialized (
    select known.id, known.customer_id, known.batch_id, known.account, known.auxiliary, known.entered_on, known.number, known.label,
           known.amount, known.letter, known.digest, known.rank
    from imports_fecline known
    where known.entity_id = %(entity)s
        and known.entered_on between (select min(entered_on) from fec_staged) and (select max(entered_on) from fec_staged)
        and not exists (select from fec_recalled r where r.known_id = known.id)
), told as materialized (
    select l.line, l.account, l.auxiliary, l.entered_on, l.number, l.label, l.amount, l.letter
    from fec_line l
    where l.amount <> 0 and not exists (select from fec_recalled r where r.line = l.line)
), by_document as (
    select told.line, gone.id
    from (select *, row_number() over (partition by account, auxiliary, entered_on, number, amount order by line) as nth
          from told) told
    join (select *, row_number() over (partition by account, auxiliary, entered_on, number, amount order by id) as nth
          from gone) gone using (account, auxiliary, entered_on, number, amount, nth)
), by_label as (
    select told.line, gone.id
    from (select *, row_number() over (partition by account, auxiliary, entered_on, label, amount order by line) as nth
          from told where line not in (select line from by_document)) told
    join (select *, row_number() over (partition by account, auxiliary, entered_on, label, amount order by id) as nth
          from gone where id not in (select id from by_document)) gone
        using (account, auxiliary, entered_on, label, amount, nth)
), same as (
    select line, told.letter, id as known_id, gone.customer_id, gone.batch_id, gone.letter as known_letter, gone.digest, gone.rank
    from (select * from by_document union all select * from by_label) pairs join told using (line) join gone using (id)
), known_by as (
    update fec_line l set digest = same.digest, rank = same.rank from same where l.line = same.line
)
insert into fec_recalled (line, known_id, customer_id, batch_id, known_letter, letter)
select line, known_id, customer_id, batch_id, known_letter, letter from same
