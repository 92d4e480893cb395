-- Something carried is suspended. Insolvency covers the claims born before the judgment, later ones stay due.
-- A message that claims nothing (an answer written by a person) is not a demand.
select distinct on (asked.key) asked.key, 'refused' as answer, held.rule,
       coalesce(law.article, '') as article, null::timestamptz as not_before_at
from asked
join lateral (
    select case when hold.kind = 'insolvency' then 'insolvency' else 'hold' end as rule
    from holds_hold hold
    where hold.customer_id = asked.customer_id and hold.entity_id = asked.entity_id
      and hold.starts_on <= asked.today and coalesce(hold.ends_on, 'infinity') >= asked.today
      and coalesce(hold.ended_on, 'infinity') > asked.today
      and (asked.automatic or asked.invoice_ids <> '{}')
      and case
          when hold.invoice_id is not null then hold.invoice_id = any(asked.invoice_ids)
          when hold.born_before is not null then exists (
              select 1 from receivables_invoice invoice
              where invoice.id = any(asked.invoice_ids) and invoice.issued_on < hold.born_before)
          else true
      end
) held on true
left join law on law.jurisdiction = asked.jurisdiction and law.kind = asked.kind and law.code = held.rule
order by asked.key, held.rule desc
