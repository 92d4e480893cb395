with given as (
    select * from unnest(
        %(customers)s::bigint[], %(invoices)s::bigint[], %(credits)s::bigint[], %(currencies)s::text[],
        %(amounts)s::numeric[], %(dates)s::date[], %(instants)s::timestamptz[]
    ) as given (customer_id, invoice_id, credit_id, currency, amount, paid_on, at)
), written as (
    insert into receivables_movement (
        entity_id, customer_id, invoice_id, credit_id, kind, currency, amount, "on", at, reason
    )
    select %(entity)s, customer_id, invoice_id, credit_id, 'allocated', currency, -amount, paid_on, at, '' from given
    returning invoice_id
), owed as (
    select invoice_id, sum(amount) as paid, max(paid_on) as last_on from given group by invoice_id
), invoices as (
    update receivables_invoice invoice
    set open_amount = open_amount - paid, settled_on = case when open_amount = paid then last_on end
    from owed where invoice.id = owed.invoice_id
    returning invoice.id
), credits as (
    update receivables_credit credit set open_amount = 0 from given where credit.id = given.credit_id
    returning credit.id
)
select count(*) from written
