-- The customer lines of the file, each with its exercise, its kind and its identity; in the order of the customers, so that
-- what is written from them fills the indexes from one side.
with met as (
    select entered_on, bool_or(opening) as opens, bool_or(opening and account like '1%%') as opens_whole
    from fec_staged group by entered_on
), starts as (
    -- An exercise starts on the first day, and where a whole balance sheet (class 1) is opened again.
    select entered_on as on_day from (select *, min(entered_on) over () as first_on from met) as days
    where entered_on = first_on or opens_whole and entered_on > first_on + 25 or opens and entered_on >= first_on + 350
), days as (
    select entered_on, (select max(on_day) from starts where on_day <= entered_on) as year_on,
           entered_on in (select on_day from starts) as starts
    from met
)
insert into fec_line (line, customer, customer_id, account, auxiliary, year_on, entered_on, issued_on, number, label, amount,
    letter, digest, opening, told, sold, returned, cashed, paid)
select s.line, s.customer, coalesce(c.merged_into_id, c.id), left(s.account, 60), left(s.auxiliary, 60), d.year_on, s.entered_on,
       case when s.piece_on between s.entered_on - 366 and s.entered_on then s.piece_on else s.entered_on end,
       left(coalesce(nullif(regexp_replace(s.piece, '\s+', ' ', 'g'), ''), nullif(s.number, ''), s.label), 60),
       left(s.label, 200), s.amount, left(s.letter, 40),
       md5(concat_ws(chr(31), s.journal, s.number, s.entered_on, s.account, s.auxiliary, s.piece, s.piece_on, s.label,
                     trim_scale(s.amount)))::uuid,
       s.opening or coalesce(e.opens, false) and d.starts, coalesce(e.told, false), e.sold, e.returned, e.cashed, e.paid
from (
    select *, coalesce(nullif(auxiliary, ''), account) as customer from fec_told where account like any (%(receivables)s)
) s
join customers_customer c on c.entity_id = %(entity)s and c.external_id = left(s.customer, 60)
join days d using (entered_on)
left join fec_entry e on e.journal = s.journal and e.entered_on = s.entered_on and e.entry = s.entry
order by 3, s.line
