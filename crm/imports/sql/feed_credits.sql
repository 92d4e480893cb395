-- Payments and credit notes as another system knows them. Amount, currency, date and customer never change.
with given as (
    select * from jsonb_to_recordset(%(rows)s::jsonb) as r(
        external_id text, customer_id bigint, number text, kind text, received_on date, currency text, amount numeric,
        label text, names_invoice_id bigint)
), changed as (
    update receivables_credit c set
        number = coalesce(given.number, c.number), label = coalesce(given.label, c.label),
        names_invoice_id = coalesce(given.names_invoice_id, c.names_invoice_id)
    from given
    where c.entity_id = %(entity)s and c.external_id = given.external_id
      and (c.number, c.label, c.names_invoice_id) is distinct from (
          coalesce(given.number, c.number), coalesce(given.label, c.label),
          coalesce(given.names_invoice_id, c.names_invoice_id))
    returning c.id, c.customer_id, c.external_id, false as created
), added as (
    insert into receivables_credit (
        entity_id, customer_id, external_id, number, kind, received_on, currency, amount, open_amount, label,
        names_invoice_id, recorded_at)
    select %(entity)s, customer_id, external_id, coalesce(number, ''), coalesce(kind, 'payment'), received_on, currency,
           amount, amount, coalesce(label, ''), names_invoice_id, %(at)s
    from given
    where not exists (
        select 1 from receivables_credit c where c.entity_id = %(entity)s and c.external_id = given.external_id)
    order by external_id
    on conflict (entity_id, external_id) do nothing
    returning id, customer_id, external_id, true as created
), written as (
    select * from changed union all select * from added
), told as (
    insert into timeline_entry (at, entity_id, customer_id, kind, subject, params, actor_id)
    select %(at)s, %(entity)s, customer_id, 'import', %(subject)s, jsonb_build_object('count', count(*)), %(by)s
    from written group by customer_id
)
select id, customer_id, external_id, created from written
