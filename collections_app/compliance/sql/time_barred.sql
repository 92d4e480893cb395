-- Invoices that ran out against those protected by it are held from the day it is seen; who settled them, what interrupted
-- limitation after all (a mistake then: what came meanwhile pays it as if it had never been held), or that it protects such
-- a customer no more, run out or not, ends that. When a claim has run out: ran_out.sql.
with house as materialized (
    select entity.id, entity.jurisdiction from accounts_entity entity where entity.id = %(entity)s
), rule as materialized (
    select r.code, r.customer_kind, r.starts_on, r.value
    from law_rule r join house on house.jurisdiction = r.jurisdiction
    where r.code in ('limitation', 'limitation_effect') and r.starts_on <= %(on)s and coalesce(r.ends_on, 'infinity') >= %(on)s
      and (r.code = 'limitation' or r.debt_type = '')
), protected as materialized (
    select each.kind
    from unnest(%(kinds)s::text[]) as each(kind)
    where coalesce((
        select rule.value ->> 'demand' from rule
        where rule.code = 'limitation_effect' and rule.customer_kind in ('', each.kind)
        order by rule.customer_kind desc, rule.starts_on desc limit 1), 'refused') = 'refused'
), shortest as (
    select min((rule.value ->> 'years')::int) as years from rule where rule.code = 'limitation'
), late as (
    select invoice.id as key, house.jurisdiction, customer.kind, %(on)s::date as today, false as automatic,
           invoice.id, invoice.customer_id, invoice.issued_on, invoice.due_on, invoice.debt_type
    from house
    join receivables_invoice invoice on invoice.entity_id = house.id and invoice.settled_on is null
         and invoice.due_on < (%(on)s::date - make_interval(years => (select years from shortest)))::date
    join customers_customer customer on customer.id = invoice.customer_id
         and customer.kind = any(array(select protected.kind from protected))
), {ran_out}, held as materialized (
    select hold.id, hold.invoice_id from holds_hold hold
    where hold.entity_id = %(entity)s and hold.kind = 'limitation' and hold.ended_on is null and hold.invoice_id is not null
), placed as (
    insert into holds_hold (entity_id, customer_id, invoice_id, kind, reason, starts_on, outcome, created_at)
    select %(entity)s, invoice.customer_id, invoice.id, 'limitation', expired.article, %(on)s, '', %(at)s
    from expired
    join receivables_invoice invoice on invoice.id = expired.key
    where not exists (select from held where held.invoice_id = expired.key)
    returning id, customer_id, invoice_id, outcome, %(ran_out)s as subject
), ended as (
    update holds_hold hold
    set ended_on = greatest(hold.starts_on, %(on)s), outcome = why.outcome, ended_at = %(at)s,
        mistaken_at = case when why.outcome = 'mistake' then %(at)s::timestamptz end
    from held
    join receivables_invoice invoice on invoice.id = held.invoice_id
    join customers_customer customer on customer.id = invoice.customer_id
    cross join lateral (
        select case when invoice.settled_on is not null then 'settled'
                    when customer.kind = any(array(select protected.kind from protected)) then 'mistake'
                    else 'lifted' end as outcome
    ) why
    where hold.id = held.id and not exists (select from expired where expired.key = held.invoice_id)
    returning hold.id, hold.customer_id, hold.invoice_id, hold.outcome,
              case when customer.kind = any(array(select protected.kind from protected)) then %(runs_again)s
                   else %(protects_no_more)s end as subject
), changed as (
    select * from placed union all select * from ended
), told as (
    insert into timeline_entry (at, entity_id, customer_id, kind, subject, params, about, about_id)
    select %(at)s, %(entity)s, changed.customer_id, 'hold', changed.subject,
           jsonb_build_object('invoice', case when invoice.installment = 1 then invoice.number
                                              else invoice.number || '/' || invoice.installment end),
           'hold', changed.id
    from changed
    join receivables_invoice invoice on invoice.id = changed.invoice_id
    where changed.outcome <> 'settled'
)
select count(*) from changed
