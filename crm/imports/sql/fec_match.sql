-- Within each pool, debits and credits in order of date are laid along one line of money; each stretch between two
-- ends belongs to one debit and one credit. Linear whatever the size of a pool.
with laid as (
    select side, id, customer_id, pool, entered_on,
           sum(remaining) over (partition by pool, side order by entered_on, id) as reaches,
           row_number() over (partition by pool, side order by entered_on, id) as nth
    from fec_left where pool is not null
), ends as (
    select pool, reaches, count(*) filter (where side = 'debit') as debits, count(*) filter (where side = 'credit') as credits
    from laid group by pool, reaches
), stretches as (
    select pool, reaches - coalesce(lag(reaches) over passed, 0) as amount,
           1 + coalesce(sum(debits) over (passed rows between unbounded preceding and 1 preceding), 0) as debit_nth,
           1 + coalesce(sum(credits) over (passed rows between unbounded preceding and 1 preceding), 0) as credit_nth
    from ends window passed as (partition by pool order by reaches)
), pairs as (
    select d.customer_id, d.id as invoice_id, c.id as credit_id, s.amount, greatest(d.entered_on, c.entered_on) as entered_on
    from stretches s
    join laid d on d.pool = s.pool and d.side = 'debit' and d.nth = s.debit_nth
    join laid c on c.pool = s.pool and c.side = 'credit' and c.nth = s.credit_nth
), noted as (
    insert into fec_pair select * from pairs
), used as (
    select 'debit' as side, invoice_id as id, sum(amount) as amount from pairs group by invoice_id
    union all
    select 'credit', credit_id, sum(amount) from pairs group by credit_id
), spent as (
    delete from fec_left l using used u where u.side = l.side and u.id = l.id and u.amount = l.remaining
)
update fec_left l set remaining = remaining - u.amount
from used u where u.side = l.side and u.id = l.id and u.amount <> l.remaining
