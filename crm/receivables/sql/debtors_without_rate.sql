-- In which currencies customers of an entity owe that no rate turns into that of its books, and how many do, up to a number.
-- Currencies are stepped through; of the accounts in one without a rate each is looked up among open items.
with recursive foreign_currency as (
    (select f.currency from receivables_foreignaccount f where f.entity_id = %(entity)s order by f.currency limit 1)
    union all
    select (select f.currency from receivables_foreignaccount f
            where f.entity_id = %(entity)s and f.currency > c.currency order by f.currency limit 1)
    from foreign_currency c where c.currency is not null
), without_rate as materialized (
    select currency from foreign_currency
    where currency <> %(books_in)s and exchange_rate(currency, %(books_in)s, %(on)s) is null
)
select w.currency, o.debtors
from without_rate w cross join lateral (
    select count(*) as debtors from (
        select
        from receivables_foreignaccount f cross join lateral (
            select from receivables_invoice i
            where i.entity_id = f.entity_id and i.customer_id = f.customer_id and i.currency = f.currency
                and i.settled_on is null
            limit 1) open  -- looked up one by one: a join would read the settled ones too
        where f.entity_id = %(entity)s and f.currency = w.currency
        limit %(most)s) owing
) o
where o.debtors > 0
order by w.currency
