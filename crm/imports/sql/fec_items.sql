-- What the books say each touched customer should have: one item per line, à-nouveaux only where nothing earlier is known.
--
-- Where earlier exercises are known, the à-nouveaux repeat their balance; only the difference, if any, is an item. `early`
-- is what came before the last exercise that has items. In the order of the customers, so that the new ones fill the indexes
-- from one side; of each, in the order in which the books came.
create temporary table fec_item on commit drop as
with lines as not materialized (
    select * from fec_older
    union all
    select null, l.line, l.digest, l.rank, l.customer_id, l.account, l.auxiliary, l.year_on, l.entered_on, l.issued_on, l.number,
           l.label, l.amount, l.kind, l.letter
    from fec_line l left join fec_recalled r using (line) where l.amount <> 0 and r.line is null
), years as (
    select customer_id, year_on, sum(amount) filter (where kind = 'opening') as opened,
           coalesce(sum(amount) filter (where kind <> 'opening'), 0) as moved,
           count(*) filter (where kind <> 'opening') as moves
    from lines group by customer_id, year_on
), stretches as (
    select *, count(opened) over (partition by customer_id order by year_on) as stretch from years
), balances as (
    select *, sum(moved + coalesce(opened, 0)) over (partition by customer_id, stretch order by year_on) as closed
    from stretches
), repeats as (
    select *, lag(closed) over (partition by customer_id order by year_on) as before from balances
), openings as (
    select customer_id, year_on, opened, before, max(year_on) filter (where moves > 0 or before is null or opened <> before)
               over (partition by customer_id) as last_on
    from repeats
), counted as (
    select 'fec:' || l.digest || '-' || l.rank as external_id, l.customer_id, l.account, l.auxiliary, l.year_on, l.entered_on,
           l.issued_on, l.number, l.label, l.amount, l.kind, l.letter, l.kind = 'opening' or l.year_on < o.last_on as early,
           l.known_id, l.line
    from lines l join openings o using (customer_id, year_on)
    where l.kind <> 'opening' or o.before is null
    union all
    select 'fec:opening:' || customer_id || ':' || year_on || ':' || trim_scale(opened - before), customer_id, '', '', year_on,
           year_on, year_on, 'RAN', '', opened - before, 'opening', '', true, null, null
    from openings where opened <> before
)
select c.*, case when c.amount > 0 then 'debit' else 'credit' end as side, i.id is null and r.id is null as is_new,
       coalesce(i.id, r.id, case when c.amount > 0 then nextval('receivables_invoice_id_seq')
                                 else nextval('receivables_credit_id_seq') end) as id
from counted c
left join receivables_invoice i on i.entity_id = %(entity)s and i.external_id = c.external_id and i.installment = 1
    and c.amount > 0
left join receivables_credit r on r.entity_id = %(entity)s and r.external_id = c.external_id and c.amount < 0
order by c.customer_id, c.known_id, c.line
