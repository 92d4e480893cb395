-- When a claim has run out: ran_out.sql.
with late as (
    select asked.key, asked.jurisdiction, asked.kind, asked.today, asked.automatic,
           invoice.id, invoice.customer_id, invoice.issued_on, invoice.due_on, invoice.debt_type
    from asked
    join receivables_invoice invoice on invoice.id = any(asked.invoice_ids)
    where invoice.due_on < asked.today - 360 and coalesce(asked.oldest_due_on < asked.today - 360, true)
), {ran_out}
select distinct on (expired.key) expired.key, 'refused' as answer, 'limitation' as rule, expired.article,
       null::timestamptz as not_before_at
from expired
left join law on law.jurisdiction = expired.jurisdiction and law.kind = expired.kind
             and law.code = 'limitation_effect'
where expired.automatic or coalesce(law.value ->> 'demand', 'refused') = 'refused'
order by expired.key, expired.expired_on
