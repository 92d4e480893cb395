-- Every open invoice is paid on its due day plus the usual delay of its customer over a year, weighted by amount (without
-- any payment to judge by: that of the entity; without any there either, nobody pays). What is later than that already
-- stays unpaid.
with paid as (
    select i.customer_id, sum(i.amount * (i.settled_on - i.due_on)) as weighted, sum(i.amount) as amount
    from receivables_invoice i
    where i.kind = 'invoice' and i.settled_on > %(from)s::date - 365 group by i.customer_id
),
usual as (
    select sum(weighted) / nullif(sum(amount), 0) as days from paid
),
expected as (
    select i.id, i.customer_id, i.currency, i.open_amount,
           greatest(i.due_on + coalesce(round(paid.weighted / nullif(paid.amount, 0)), round(usual.days))::int,
                    i.issued_on) as paid_on
    from receivables_invoice i cross join usual left join paid on paid.customer_id = i.customer_id
    where i.settled_on is null and usual.days is not null
)
insert into simulated_movement (known_on, invoice_id, credit_id, amount)
select paid_on + 1, id, null, -open_amount from expected where paid_on >= %(from)s and paid_on < %(until)s
