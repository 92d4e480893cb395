with paid as (
    select customer_id, currency, count(*) as payments, sum(amount) as amount
    from receivables_credit where entity_id = %(entity)s and import_batch_id = %(batch)s group by customer_id, currency
), touched as (
    insert into payment_touched select distinct customer_id from paid on conflict do nothing
)
insert into timeline_entry (at, entity_id, customer_id, kind, subject, params, actor_id, about, about_id)
select %(at)s, %(entity)s, customer_id, 'import', %(subject)s,
       jsonb_build_object('file', %(file)s::text, 'payments', payments,
                          'amount', jsonb_build_object('amount', amount::text, 'currency', currency)),
       %(by)s, 'import', %(batch)s
from paid
