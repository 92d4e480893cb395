-- The customer lines of the file, each with its exercise, its kind and its identity.
with first_day as (
    select min(entered_on) as on_day from fec_staged
), starts as (
    -- An exercise starts on the first day, and where a whole balance sheet (class 1) is opened again.
    select on_day from first_day
    union
    select entered_on from fec_staged, first_day
    where opening group by entered_on, on_day
    having bool_or(account like '1%%') and entered_on > on_day + 25 or entered_on >= on_day + 350
), days as (
    select entered_on, (select max(on_day) from starts where on_day <= entered_on) as year_on,
           entered_on in (select on_day from starts) as starts
    from (select distinct entered_on from fec_staged) as met
)
insert into fec_line (line, year_on, entered_on, account, auxiliary, customer, name, amount, letter, digest, issued_on, number,
    label, opening, told, sold, returned, cashed, paid)
select s.line, d.year_on, s.entered_on, s.account, s.auxiliary, coalesce(nullif(s.auxiliary, ''), s.account), s.name, s.amount,
       s.letter,
       md5(concat_ws(chr(31), s.journal, s.number, s.entered_on, s.account, s.auxiliary, s.piece, s.piece_on, s.label,
                     trim_scale(s.amount)))::uuid,
       case when s.piece_on between s.entered_on - 366 and s.entered_on then s.piece_on else s.entered_on end,
       left(coalesce(nullif(regexp_replace(s.piece, '\s+', ' ', 'g'), ''), nullif(s.number, ''), s.label), 60),
       left(s.label, 200), s.opening or coalesce(e.opens, false) and d.starts, coalesce(e.told, false),
       e.sold, e.returned, e.cashed, e.paid
from fec_staged s
join days d using (entered_on)
left join fec_entry e on e.journal = s.journal and e.entered_on = s.entered_on and e.entry = s.entry
where s.account like any (%(receivables)s)
