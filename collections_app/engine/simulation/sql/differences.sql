-- Customers reminded with one set-up only, with the highest amount they were reminded of, in its currency.
with touched as (
    select coalesce(n.customer_id, t.customer_id) as customer_id, n.customer_id is null as enters,
           coalesce(n.amount, t.amount) as amount, coalesce(n.currency, t.currency) as currency
    from (select distinct on (x.customer_id) x.customer_id, x.amount, x.currency from {today}.actions_action x
          where x.entity_id = %(entity)s and x.state = 'done' and x.closed_at >= %(from_at)s and x.closed_at < %(until_at)s
            and x.kind in ('dunning', 'preventive') order by x.customer_id, x.amount desc nulls last, x.currency) n
    full join (select distinct on (x.customer_id) x.customer_id, x.amount, x.currency from {tried}.actions_action x
          where x.entity_id = %(entity)s and x.state = 'done' and x.closed_at >= %(from_at)s and x.closed_at < %(until_at)s
            and x.kind in ('dunning', 'preventive') order by x.customer_id, x.amount desc nulls last, x.currency) t
        on t.customer_id = n.customer_id
    where n.customer_id is null or t.customer_id is null
),
ranked as (
    select t.*, case when t.enters then 'enters' else 'leaves' end as what, count(*) over (partition by t.enters) as number,
           row_number() over (partition by t.enters order by t.amount desc, t.customer_id) as place
    from touched t
)
select r.what, r.number, r.customer_id, c.name, r.amount, r.currency
from ranked r join customers_customer c on c.id = r.customer_id where r.place <= %(names)s order by r.what, r.place
