-- Interest of invoices per segment of balance and dated rate, as of a date. Days run from the day after the start to
-- the day funds arrive: on a day, the balance is the amount plus the movements of earlier days, less what money received
-- by then and not yet applied covers.
with covered as (
/* covered by unapplied money */
), asked as (
    select i.id, i.currency, i.due_on, i.amount, e.jurisdiction, rule.value as rule, rule.article,
           case when c.kind = 'professional' and rule.value ->> 'from' = 'due_date' then e.late_rate_percent
           end as contract_percent,
           case when rule.value ->> 'from' = 'formal_notice' then greatest(notice."on", i.due_on) else i.due_on end
               as start_on
    from receivables_invoice i
    join customers_customer c on c.id = i.customer_id
    join accounts_entity e on e.id = i.entity_id
    left join receivables_formalnotice notice on notice.invoice_id = i.id
    cross join lateral (
        select r.value, r.article from law_rule r
        where r.jurisdiction = e.jurisdiction and r.code = 'late_interest' and r.customer_kind in ('', c.kind)
          and r.debt_type in ('', i.debt_type) and r.starts_on <= %(on)s and coalesce(r.ends_on, 'infinity') >= %(on)s
        order by r.debt_type desc, r.customer_kind desc, r.starts_on desc limit 1
    ) rule
    where i.id = any(%(invoices)s) and i.kind = 'invoice' and i.due_on_source <> 'guessed'
      and (rule.value ->> 'from' = 'due_date' or notice."on" is not null)
), running as (
    select * from asked where start_on < %(on)s
), changes as (
    select running.id, greatest(change."on", running.start_on) as "on", sum(change.amount) as amount
    from running
    join (
        select m.invoice_id, coalesce(credit.received_on, m."on") as "on", m.amount
        from receivables_movement m left join receivables_credit credit on credit.id = m.credit_id
        where m.invoice_id = any(%(invoices)s) and m."on" <= %(on)s
        union all
        select covered.invoice_id, covered.received_on, -covered.amount from covered
    ) change on change.invoice_id = running.id
    group by 1, 2
), cuts as (
    select id, start_on as "on" from running
    union
    select id, "on" from changes where "on" < %(on)s
    union
    select running.id, rate.starts_on - 1
    from running join law_rate rate on rate.jurisdiction = running.jurisdiction and rate.kind = running.rule ->> 'rate'
    where rate.starts_on - 1 > running.start_on and rate.starts_on <= %(on)s
      and running.contract_percent is null and running.rule ->> 'rate_of' is distinct from 'first_day'
), segments as (
    select id, "on" as after_on, lead("on", 1, %(on)s::date) over (partition by id order by "on") as until_on from cuts
)
select running.id as invoice_id, running.currency, running.article, segments.after_on + 1 as from_on,
       segments.until_on, segments.until_on - segments.after_on as days, balance.base, rate.percent
from segments
join running using (id)
cross join lateral (
    select running.amount + coalesce(sum(changes.amount), 0) as base
    from changes where changes.id = segments.id and changes."on" <= segments.after_on
) balance
cross join lateral (
    select coalesce(running.contract_percent, (
        select r.percent from law_rate r
        where r.jurisdiction = running.jurisdiction and r.kind = running.rule ->> 'rate' and r.starts_on <= 1 +
            case when running.rule ->> 'rate_of' = 'first_day' then running.start_on else segments.after_on end
        order by r.starts_on desc limit 1)) as percent
) rate
where balance.base > 0 and rate.percent is not null and segments.until_on > segments.after_on
order by running.id, segments.after_on
