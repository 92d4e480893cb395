-- What a credit was applied to, undone and applied anew, with the open amounts that follow, in one statement. An undone
-- movement keeps its day: what it says of the days between was wrong on each of them.
with undone as (
    select id, invoice_id, amount, "on" from receivables_movement where id = any(%(undone)s::bigint[])
), given as (
    select * from unnest(%(invoices)s::bigint[], %(amounts)s::numeric[], %(days)s::date[]) as g(invoice_id, amount, day)
), moved as (
    insert into receivables_movement (
        entity_id, customer_id, invoice_id, credit_id, kind, currency, amount, "on", at, by_id, reason, undoes_id)
    select c.entity_id, c.customer_id, m.invoice_id, c.id, m.kind, c.currency, m.amount, m.day, %(at)s, %(by)s, %(reason)s,
           m.undoes_id
    from receivables_credit c
    cross join (
        select invoice_id, 'unallocated' as kind, -amount as amount, "on" as day, id as undoes_id from undone
        union all
        select invoice_id, 'allocated', -amount, day, null from given
    ) m
    where c.id = %(credit)s
    returning invoice_id, amount, "on"
), owed as (
    select invoice_id, sum(amount) as amount, max("on") filter (where amount < 0) as day from moved group by invoice_id
), invoices as (
    update receivables_invoice i
    set open_amount = i.open_amount + owed.amount,
        settled_on = case when i.open_amount + owed.amount = 0 then greatest(owed.day, (
            select max(m."on") from receivables_movement m where m.invoice_id = i.id and m.amount < 0)) end
    from owed where i.id = owed.invoice_id
)
update receivables_credit c set open_amount = c.open_amount + (select sum(amount) from moved)
where c.id = %(credit)s
