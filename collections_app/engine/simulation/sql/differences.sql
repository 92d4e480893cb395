-- Customers reminded with one set-up only, with what they were reminded of.
with touched as (
    select coalesce(n.customer_id, t.customer_id) as customer_id, n.amount as now_amount, t.amount as tried_amount
    from (select x.customer_id, max(x.amount) as amount from {today}.actions_action x
          where x.entity_id = %(entity)s and x.state = 'done' and x.closed_at >= %(from_at)s and x.closed_at < %(until_at)s
            and x.kind in ('dunning', 'preventive') group by 1) n
    full join (select x.customer_id, max(x.amount) as amount from {tried}.actions_action x
          where x.entity_id = %(entity)s and x.state = 'done' and x.closed_at >= %(from_at)s and x.closed_at < %(until_at)s
            and x.kind in ('dunning', 'preventive') group by 1) t on t.customer_id = n.customer_id
),
placed as (
    select t.customer_id, case when t.now_amount is null then 'enters' else 'leaves' end as what,
           coalesce(t.now_amount, t.tried_amount) as amount
    from touched t where t.now_amount is null or t.tried_amount is null
),
ranked as (
    select p.*, count(*) over (partition by p.what) as number,
           row_number() over (partition by p.what order by p.amount desc, p.customer_id) as place
    from placed p
)
select r.what, r.number, r.customer_id, c.name, r.amount
from ranked r join customers_customer c on c.id = r.customer_id where r.place <= %(names)s order by r.what, r.place
