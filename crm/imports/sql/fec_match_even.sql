-- Pools of one debit and one credit of the same amount, which most are.
with even as (
    select pool, min(customer_id) as customer_id, min(id) filter (where side = 'debit') as invoice_id,
           min(id) filter (where side = 'credit') as credit_id, min(remaining) as amount, max(entered_on) as entered_on
    from fec_left where pool is not null group by pool
    having count(*) = 2 and count(*) filter (where side = 'debit') = 1 and min(remaining) = max(remaining)
), noted as (
    insert into fec_pair select customer_id, invoice_id, credit_id, amount, entered_on from even
)
delete from fec_left l using even e where l.pool = e.pool
