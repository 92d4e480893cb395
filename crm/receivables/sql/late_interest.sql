-- Interest of invoices per segment of balance and dated rate, as of a date. Days run from the day after the start to
-- the day funds arrive: on a day, the balance is the amount plus the movements of earlier days, less what money received
-- by then and not yet applied covers; what a list shows less of, without a day, counts from the earliest it may have come. No day counts after the one on which insolvency stops them. What happens to an invoice is lined up with it by windows: joined instead, some
-- plans compare everything that happens to thousands of invoices with each of them.
with running as (
    select asked.* from (
        select i.id, i.currency, i.amount, e.jurisdiction, rule.article, rule.value ->> 'rate' as rate,
               rule.value ->> 'rate_of' is not distinct from 'first_day' as by_first_day,
               case when c.kind = 'professional' then contract.percent end as contract_percent,
               case when rule.value ->> 'from' = 'formal_notice'
                    then greatest(notice."on" + coalesce((rule.value ->> 'delivery_days')::int, 0), i.due_on)
                    else i.due_on end as start_on
        from receivables_invoice i
        join customers_customer c on c.id = i.customer_id
        join accounts_entity e on e.id = i.entity_id
        cross join lateral (
            select min(n."on") as "on" from receivables_formalnotice n where n.invoice_id = i.id
        ) notice
        left join lateral (
            select r.percent from accounts_contractrate r
            where r.entity_id = i.entity_id and r.starts_on <= i.issued_on order by r.starts_on desc limit 1
        ) contract on true
        cross join lateral (
            select r.value, r.article from law_rule r
            where r.jurisdiction = e.jurisdiction and r.code = 'late_interest' and r.customer_kind in ('', c.kind)
              and r.debt_type in ('', i.debt_type) and r.starts_on <= %(on)s and coalesce(r.ends_on, 'infinity') >= %(on)s
            order by r.debt_type desc, r.customer_kind desc, r.starts_on desc limit 1
        ) rule
        where i.id = any(%(invoices)s) and i.kind = 'invoice' and i.due_on_source <> 'guessed'
          and (rule.value ->> 'from' = 'due_date' or notice."on" is not null)
    ) asked
    where start_on < %(on)s
), covered as (
/* covered by unapplied money */
), stopped as (
/* stopped charges */
), happened as (
    select id, start_on as "on", amount, start_on, %(on)s::date as end_on, currency, jurisdiction, article, rate,
           by_first_day, contract_percent
    from running
    union all
    select invoice_id, stopped_on, 0, null, stopped_on, null, null, null, null, null, null from stopped
    union all
    select m.invoice_id, coalesce(credit.received_on, m.earliest_on, m."on"), m.amount, null, null, null, null, null, null, null, null
    from receivables_movement m left join receivables_credit credit on credit.id = m.credit_id
    where m.invoice_id = any(%(invoices)s) and m."on" <= %(on)s
    union all
    select invoice_id, received_on, -amount, null, null, null, null, null, null, null, null from covered
    union all
    select running.id, law_rate.starts_on - 1, 0, null, null, null, null, null, null, null, null
    from running
    join law_rate on law_rate.jurisdiction = running.jurisdiction and law_rate.kind = running.rate
    where law_rate.starts_on - 1 > running.start_on and law_rate.starts_on <= %(on)s
      and running.contract_percent is null and not running.by_first_day
), changes as (
    select id, greatest("on", max(start_on) over of_invoice) as "on", amount, max(start_on) over of_invoice as start_on,
           min(end_on) over of_invoice as end_on, max(currency) over of_invoice as currency,
           max(jurisdiction) over of_invoice as jurisdiction, max(article) over of_invoice as article,
           max(rate) over of_invoice as rate,
           bool_or(by_first_day) over of_invoice as by_first_day,
           max(contract_percent) over of_invoice as contract_percent
    from happened window of_invoice as (partition by id)
), segments as (
    -- Several changes of a day: the last of them has the balance, the others no day.
    select changes.*, "on" as after_on, lead("on", 1, end_on) over in_order as until_on,
           sum(amount) over in_order as base
    from changes
    where start_on is not null and "on" < end_on
    window in_order as (partition by id order by "on")
)
select segments.id as invoice_id, segments.currency, segments.article, segments.after_on + 1 as from_on,
       segments.until_on, segments.until_on - segments.after_on as days, segments.base, rate.percent
from segments
cross join lateral (
    select coalesce(segments.contract_percent, (
        select r.percent from law_rate r
        where r.jurisdiction = segments.jurisdiction and r.kind = segments.rate and r.starts_on <= 1 +
            case when segments.by_first_day then segments.start_on else segments.after_on end
        order by r.starts_on desc limit 1)) as percent
) rate
where segments.base > 0 and rate.percent is not null and segments.until_on > segments.after_on
order by segments.id, segments.after_on
