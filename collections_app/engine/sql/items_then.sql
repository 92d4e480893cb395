-- Open invoices of a customer as each night found them, by what was written up to its instant (`instants`, by currency):
-- the tables of the ledger without what came later, below the one statement that says what is held and covered.
with night as (
    select n.currency, n.at from unnest(%(currencies)s::text[], %(instants)s::timestamptz[]) as n(currency, at)
),
receivables_invoice as (
    select i.id, i.entity_id, i.customer_id, i.currency, i.kind, i.number, i.installment, i.issued_on, i.due_on,
           i.due_on_source, i.amount, stood.open_amount,
           null::date as settled_on
    from receivables_invoice i
    join night n on n.currency = i.currency
    cross join lateral (
        select i.amount + coalesce(sum(m.amount), 0) as open_amount
        from receivables_movement m where m.invoice_id = i.id and m.at <= n.at
    ) stood
    where i.entity_id = %(entity)s /* among i.customer_id */ and i.recorded_at <= n.at
      and stood.open_amount > 0
),
receivables_credit as (
    select c.id, c.entity_id, c.customer_id, c.currency, c.names_invoice_id, c.received_on, stood.open_amount
    from receivables_credit c
    join night n on n.currency = c.currency
    cross join lateral (
        select c.amount + coalesce(sum(m.amount), 0) as open_amount
        from receivables_movement m where m.credit_id = c.id and m.at <= n.at
    ) stood
    where c.entity_id = %(entity)s /* among c.customer_id */ and c.recorded_at <= n.at
),
holds_hold as (
    -- Nobody knew yet of what ended later that day, nor that it was a mistake what was called one since.
    select h.entity_id, h.customer_id, h.invoice_id, h.born_before, h.kind, h.starts_on, h.ends_on,
           case when coalesce(h.ended_at <= latest.at, true) then h.ended_on end as ended_on,
           case when h.mistaken_at <= latest.at then h.outcome else '' end as outcome
    from holds_hold h cross join (select max(n.at) as at from night n) latest
    where h.entity_id = %(entity)s /* among h.customer_id */ and h.created_at <= latest.at
)
select i.invoice_id, i.currency, i.due_on, i.open_amount, i.covered, i.net_amount, i.held,
       v.number, v.installment, v.amount
from (
/* net open items */
) i
join receivables_invoice v on v.id = i.invoice_id
order by i.currency, i.due_on, i.invoice_id
