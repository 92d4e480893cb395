-- The largest of what an import brings and moves, to be looked at before it is confirmed.
(select 'new' as kind, c.external_id as customer, i.number, i.due_on as day, i.currency, i.amount
 from receivables_invoice i join customers_customer c on c.id = i.customer_id
 where i.entity_id = %(entity)s and i.import_batch_id = %(batch)s order by i.amount desc, i.id limit 10)
union all
(select m.kind, c.external_id, coalesce(i.number, p.number), m."on", m.currency, m.amount
 from receivables_movement m join customers_customer c on c.id = m.customer_id
 left join receivables_invoice i on i.id = m.invoice_id left join receivables_credit p on p.id = m.credit_id
 where m.import_batch_id = %(batch)s and m.kind in ('closed_in_ledger', 'reopened')
 order by abs(m.amount) desc, m.id limit 20)
