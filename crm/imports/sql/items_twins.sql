-- The very same row again is left out.
with copies as (
    select s.line, s.number, min(s.line) over (partition by s.customer, s.identifier, s.number) as first_line,
           row_number() over (partition by s.customer, s.identifier, s.number, s.issued_on, s.due_on, s.cleared_on,
                              s.currency, s.amount, s.open_amount, s.kind, s.label order by s.line) as copy
    from item_named s join item_repeated using (line)
), twins as (
    select line, number, first_line from copies where copy > 1
), gone as (
    delete from item_staged s using twins t where s.line = t.line
), settled as (
    delete from item_repeated r using twins t where r.line = t.line
)
select line, number, first_line, count(*) over () as of_all from twins order by line limit %(kept)s
