with item as (
    select customer_id, currency, due_on, open_amount as amount from receivables_invoice
    where %(now)s and entity_id = %(entity)s and settled_on is null
        and (%(customer)s::bigint is null or customer_id = %(customer)s)
    union all
    select customer_id, currency, null, -open_amount from receivables_credit
    where %(now)s and entity_id = %(entity)s and open_amount > 0
        and (%(customer)s::bigint is null or customer_id = %(customer)s)
    union all
    select customer_id, currency, due_on, signed_amount from receivables_open_at(%(entity)s, %(on)s, %(customer)s)
    where not %(now)s
)
select customer_id, currency,
    coalesce(sum(amount) filter (where due_on >= %(on)s), 0) as not_due,
    coalesce(sum(amount) filter (where %(on)s - due_on between 1 and 30), 0) as days_1_30,
    coalesce(sum(amount) filter (where %(on)s - due_on between 31 and 60), 0) as days_31_60,
    coalesce(sum(amount) filter (where %(on)s - due_on between 61 and 90), 0) as days_61_90,
    coalesce(sum(amount) filter (where %(on)s - due_on > 90), 0) as days_91,
    coalesce(-sum(amount) filter (where due_on is null), 0) as unapplied,
    sum(amount) as balance
from item group by customer_id, currency order by customer_id, currency
