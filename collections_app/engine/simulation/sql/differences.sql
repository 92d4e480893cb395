-- Customers reminded with one set-up only, with the highest amount they were reminded of, in its currency: amounts are
-- compared in that of the books, by the rates of the first day; those without a rate come last.
with touched as (
    select coalesce(n.customer_id, t.customer_id) as customer_id, n.customer_id is null as enters,
           coalesce(n.amount, t.amount) as amount, coalesce(n.currency, t.currency) as currency,
           coalesce(n.worth, t.worth) as worth
    from
      (select distinct on (x.customer_id) x.customer_id, x.amount, x.currency,
                 converted(x.amount, x.currency, e.currency, %(from)s) as worth
          from {today}.actions_action x join accounts_entity e on e.id = x.entity_id
          where x.entity_id = %(entity)s and x.state = 'done' and x.closed_at >= %(from_at)s and x.closed_at < %(until_at)s
            and x.kind in ('dunning', 'preventive') and x.mode <> 'decision'
          order by x.customer_id, worth desc nulls last, x.amount desc nulls last, x.currency) n
    full join
      (select distinct on (x.customer_id) x.customer_id, x.amount, x.currency,
                 converted(x.amount, x.currency, e.currency, %(from)s) as worth
          from {tried}.actions_action x join accounts_entity e on e.id = x.entity_id
          where x.entity_id = %(entity)s and x.state = 'done' and x.closed_at >= %(from_at)s and x.closed_at < %(until_at)s
            and x.kind in ('dunning', 'preventive') and x.mode <> 'decision'
          order by x.customer_id, worth desc nulls last, x.amount desc nulls last, x.currency) t
        on t.customer_id = n.customer_id
    where n.customer_id is null or t.customer_id is null
),
ranked as (
    select t.*, case when t.enters then 'enters' else 'leaves' end as what, count(*) over (partition by t.enters) as number,
           row_number() over (partition by t.enters order by t.worth desc nulls last, t.amount desc, t.customer_id) as place
    from touched t
)
select r.what, r.number, r.customer_id, c.name, r.amount, r.currency
from ranked r join customers_customer c on c.id = r.customer_id where r.place <= %(names)s order by r.what, r.place
