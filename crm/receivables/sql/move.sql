-- One movement and the open amounts it changes. Returns no row when the items do not allow it, and changes nothing then.
with invoice as (
    select id, amount, open_amount from receivables_invoice
    where id = %(invoice)s and entity_id = %(entity)s and customer_id = %(customer)s and currency = %(currency)s
        and open_amount + %(amount)s between 0 and amount
    for no key update
), credit as (
    select id, open_amount from receivables_credit
    where id = %(credit)s and entity_id = %(entity)s and customer_id = %(customer)s and currency = %(currency)s
        and open_amount + %(amount)s between 0 and amount
    for no key update
), movement as (
    insert into receivables_movement (
        entity_id, customer_id, invoice_id, credit_id, kind, currency, amount, "on", at, by_id, reason, undoes_id
    )
    select %(entity)s, %(customer)s, %(invoice)s, %(credit)s, %(kind)s, %(currency)s, %(amount)s, %(on)s, %(at)s, %(by)s,
        %(reason)s, %(undoes)s
    where (%(invoice)s::bigint is null or exists (select from invoice))
        and (%(credit)s::bigint is null or exists (select from credit))
    returning id
), moved_invoice as (
    update receivables_invoice as owed
    set open_amount = owed.open_amount + %(amount)s,
        settled_on = case when owed.open_amount + %(amount)s = 0 then greatest(
            %(on)s, (select max("on") from receivables_movement where invoice_id = owed.id and amount < 0)
        ) end
    from invoice where owed.id = invoice.id and exists (select from movement)
    returning owed.open_amount, owed.settled_on
), moved_credit as (
    update receivables_credit as held set open_amount = held.open_amount + %(amount)s
    from credit where held.id = credit.id and exists (select from movement)
    returning held.open_amount
)
select movement.id, moved_invoice.open_amount as invoice_open, moved_invoice.settled_on, moved_credit.open_amount as credit_open
from movement left join moved_invoice on true left join moved_credit on true
