-- How many of the lines that are gone another new line of the file has the account and amount of: told otherwise, and counted
-- twice if they are the same. What another file tells of the same days (another journal) is not told otherwise here.
with gone as (
    select account, auxiliary, amount, row_number() over (partition by account, auxiliary, amount) as nth
    from imports_fecline known
    where known.entity_id = %(entity)s
        and known.entered_on between (select min(entered_on) from fec_staged) and (select max(entered_on) from fec_staged)
        and not exists (select from fec_recalled r where r.known_id = known.id)
), told as (
    select account, auxiliary, amount, row_number() over (partition by account, auxiliary, amount) as nth
    from fec_line l where l.amount <> 0 and not exists (select from fec_recalled r where r.line = l.line)
)
select count(*) as lines from gone join told using (account, auxiliary, amount, nth)
