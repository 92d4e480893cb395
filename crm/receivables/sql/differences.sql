-- Rows of an entity (null: of all) whose open amount is not their amount plus their movements, or that are of a customer
-- merged into another, whom nothing asks for them. Trusts no trigger.
with moved_invoice as (
    select invoice_id as id, sum(amount) as total from receivables_movement
    where invoice_id is not null and (%(entity)s::bigint is null or entity_id = %(entity)s) group by invoice_id
), moved_credit as (
    select credit_id as id, sum(amount) as total from receivables_movement
    where credit_id is not null and (%(entity)s::bigint is null or entity_id = %(entity)s) group by credit_id
)
select 'invoice' as item, owed.id, owed.external_id, owed.customer_id, owed.currency, owed.amount, owed.open_amount,
    owed.amount + coalesce(moved_invoice.total, 0) as expected
from receivables_invoice as owed left join moved_invoice using (id)
where (%(entity)s::bigint is null or owed.entity_id = %(entity)s)
    and owed.open_amount <> owed.amount + coalesce(moved_invoice.total, 0)
union all
select 'credit', held.id, held.external_id, held.customer_id, held.currency, held.amount, held.open_amount,
    held.amount + coalesce(moved_credit.total, 0)
from receivables_credit as held left join moved_credit using (id)
where (%(entity)s::bigint is null or held.entity_id = %(entity)s)
    and held.open_amount <> held.amount + coalesce(moved_credit.total, 0)
union all
select 'movement', movement.id, movement.kind, movement.customer_id, movement.currency, movement.amount, null, null
from receivables_movement as movement
left join receivables_invoice as owed on owed.id = movement.invoice_id
left join receivables_credit as held on held.id = movement.credit_id
where (%(entity)s::bigint is null or movement.entity_id = %(entity)s)
    and ((owed.entity_id, owed.customer_id, owed.currency::text)
            <> (movement.entity_id, movement.customer_id, movement.currency::text)
        or (held.entity_id, held.customer_id, held.currency::text)
            <> (movement.entity_id, movement.customer_id, movement.currency::text))
union all
select 'merged_invoice', owed.id, owed.external_id, owed.customer_id, owed.currency, owed.amount, owed.open_amount, null
from receivables_invoice as owed join customers_customer as gone on gone.id = owed.customer_id
where gone.merged_into_id is not null and (%(entity)s::bigint is null or gone.entity_id = %(entity)s)
union all
select 'merged_credit', held.id, held.external_id, held.customer_id, held.currency, held.amount, held.open_amount, null
from receivables_credit as held join customers_customer as gone on gone.id = held.customer_id
where gone.merged_into_id is not null and (%(entity)s::bigint is null or gone.entity_id = %(entity)s)
order by 1, 2
