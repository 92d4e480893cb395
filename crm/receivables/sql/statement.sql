with line as (
    select issued_on as "on", 'invoice' as item, kind, number, label, due_on, currency, amount, id
    from receivables_invoice where customer_id = %(customer)s
    union all
    select received_on, 'credit', kind, coalesce(nullif(number, ''), external_id), label, null, currency, -amount, id
    from receivables_credit where customer_id = %(customer)s
    union all
    -- What names both sides moves the balance of neither; a movement on one side counts once that item is born.
    select greatest(movement."on", owed.issued_on, held.received_on), 'movement', movement.kind,
        coalesce(owed.number, nullif(held.number, ''), held.external_id), movement.reason, null, movement.currency,
        case when movement.invoice_id is not null then movement.amount else -movement.amount end, movement.id
    from receivables_movement as movement
    left join receivables_invoice as owed on owed.id = movement.invoice_id
    left join receivables_credit as held on held.id = movement.credit_id
    where movement.customer_id = %(customer)s and (movement.invoice_id is null or movement.credit_id is null)
), ordered as (
    select line.*, row_number() over running as place, sum(amount) over running as balance
    from line where "on" <= %(until)s
    window running as (
        partition by currency order by "on", item = 'movement', item, id rows unbounded preceding
    )
), shown as (
    select "on", item, kind, number, label, due_on, currency, amount, balance, place
    from ordered where "on" >= %(since)s
    union all
    select %(since)s, 'opening', '', '', '', null, currency, sum(amount), sum(amount), 0
    from ordered where "on" < %(since)s group by currency
)
select "on", item, kind, number, label, due_on, currency, amount, balance from shown order by currency, place
