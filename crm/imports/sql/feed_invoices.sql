-- Invoices as another system knows them. Amount, currency and customer never change; a field that is not given stays.
with given as (
    select * from jsonb_to_recordset(%(rows)s::jsonb) as r(
        external_id text, installment smallint, customer_id bigint, number text, kind text, debt_type text,
        issued_on date, due_on date, due_on_source text, currency text, amount numeric, label text)
), changed as (
    update receivables_invoice i set
        number = coalesce(given.number, i.number), debt_type = coalesce(given.debt_type, i.debt_type),
        due_on = coalesce(given.due_on, i.due_on), label = coalesce(given.label, i.label),
        due_on_source = case when given.due_on is null then i.due_on_source else given.due_on_source end
    from given
    where i.entity_id = %(entity)s and i.external_id = given.external_id and i.installment = given.installment
      and (i.number, i.debt_type, i.due_on, i.label, i.due_on_source) is distinct from (
          coalesce(given.number, i.number), coalesce(given.debt_type, i.debt_type), coalesce(given.due_on, i.due_on),
          coalesce(given.label, i.label),
          case when given.due_on is null then i.due_on_source else given.due_on_source end)
    returning i.customer_id, i.external_id, false as created
), added as (
    insert into receivables_invoice (
        entity_id, customer_id, external_id, number, installment, kind, debt_type, issued_on, due_on, due_on_source,
        currency, amount, open_amount, label, recorded_at)
    select %(entity)s, customer_id, external_id, coalesce(number, external_id), installment,
           coalesce(kind, 'invoice'), coalesce(debt_type, 'trade'), issued_on, due_on, due_on_source, currency, amount,
           amount, coalesce(label, ''), %(at)s
    from given
    where not exists (
        select 1 from receivables_invoice i
        where i.entity_id = %(entity)s and i.external_id = given.external_id and i.installment = given.installment)
    order by external_id, installment
    on conflict (entity_id, external_id, installment) do nothing
    returning customer_id, external_id, true as created
), written as (
    select * from changed union all select * from added
), told as (
    insert into timeline_entry (at, entity_id, customer_id, kind, subject, params, actor_id)
    select %(at)s, %(entity)s, customer_id, 'import', %(subject)s,
           jsonb_build_object('count', count(distinct external_id)), %(by)s
    from written group by customer_id
)
select customer_id, external_id, bool_or(created) as created, count(*) filter (where created) as added
from written group by customer_id, external_id
