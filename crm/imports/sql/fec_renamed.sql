-- Lines known of the days of the file that are gone, and told anew under another number of entry or label: the same account,
-- day, document and amount, in their order where several are alike. They are the lines known, under what these are known by.
with gone as (
    select known.*, row_number() over (
        partition by account, auxiliary, entered_on, number, amount order by known.id) as nth
    from imports_fecline known
    where known.entity_id = %(entity)s
        and known.entered_on between (select min(entered_on) from fec_staged) and (select max(entered_on) from fec_staged)
        and not exists (select from fec_recalled r where r.known_id = known.id)
), told as (
    select l.*, row_number() over (
        partition by account, auxiliary, entered_on, number, amount order by l.line) as nth
    from fec_line l
    where l.amount <> 0 and not exists (select from fec_recalled r where r.line = l.line)
), same as (
    select told.line, told.letter, gone.id as known_id, gone.customer_id, gone.batch_id, gone.letter as known_letter,
           gone.digest, gone.rank
    from told join gone using (account, auxiliary, entered_on, number, amount, nth)
), known_by as (
    update fec_line l set digest = same.digest, rank = same.rank from same where l.line = same.line
)
insert into fec_recalled (line, known_id, customer_id, batch_id, known_letter, letter)
select line, known_id, customer_id, batch_id, known_letter, letter from same
