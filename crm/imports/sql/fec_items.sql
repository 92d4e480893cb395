-- What the books say each touched customer should have: one item per line, à-nouveaux only where nothing earlier is known.
--
-- Where earlier exercises are known, the à-nouveaux repeat their balance; only the difference, if any, is an item.
create temporary table fec_item on commit drop as
with lines as (
    select f.* from imports_fecline f join fec_touched using (customer_id) where f.entity_id = %(entity)s
), years as (
    select customer_id, year_on, sum(amount) filter (where kind = 'opening') as opened,
           coalesce(sum(amount) filter (where kind <> 'opening'), 0) as moved
    from lines group by customer_id, year_on
), stretches as (
    select *, count(opened) over (partition by customer_id order by year_on) as stretch from years
), balances as (
    select *, sum(moved + coalesce(opened, 0)) over (partition by customer_id, stretch order by year_on) as closed
    from stretches
), openings as (
    select customer_id, year_on, opened, lag(closed) over (partition by customer_id order by year_on) as before
    from balances
)
select 'fec:' || l.digest || '-' || l.rank as external_id, l.customer_id, l.account, l.auxiliary, l.year_on, l.entered_on,
       l.issued_on, l.number, l.label, l.amount, l.kind, l.letter
from lines l join openings o using (customer_id, year_on)
where l.kind <> 'opening' or o.before is null
union all
select 'fec:opening:' || customer_id || ':' || year_on || ':' || trim_scale(opened - before), customer_id, '', '', year_on,
       year_on, year_on, 'RAN', '', opened - before, 'opening', ''
from openings where opened <> before
