-- Rows that name an account otherwise than its first line does, but for case, accents and signs: they speak of somebody
-- else, whose addresses must not become those of this customer.
with named as (
    select line, customer, name, regexp_replace(plain_text(name), '[^[:alnum:]]+', '', 'g') as bare
    from customer_staged where name <> ''
), compared as (
    select line, name, bare, first_value(line) over w as first_line, first_value(name) over w as first_name,
           first_value(bare) over w as first_bare
    from named window w as (partition by customer order by line)
), others as (
    select line, name, first_line, first_name from compared where bare <> first_bare
), gone as (
    delete from customer_staged s using others o where s.line = o.line
)
select line, name, first_line, first_name, count(*) over () as of_all from others order by line limit %(kept)s
