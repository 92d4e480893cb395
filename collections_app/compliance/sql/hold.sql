-- Something carried is suspended, and the rule in force says that this blocks. Insolvency covers the claims born before the
-- judgment, later ones stay due; where no rule is for it, it is a hold like the others.
-- What limitation ran out of is the business of its own gate.
-- A message that claims nothing (an answer written by a person) is not a demand.
select distinct on (asked.key) asked.key, 'refused' as answer, law.code as rule, law.article,
       null::timestamptz as not_before_at
from asked
join lateral (
    select hold.kind from holds_hold hold
    where hold.customer_id = asked.customer_id and hold.entity_id = asked.entity_id and hold.kind <> 'limitation'
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
join law on law.jurisdiction = asked.jurisdiction and law.kind = asked.kind
        and (law.code = 'hold' and (law.value ->> 'blocks')::boolean
             or law.code = 'insolvency' and held.kind = 'insolvency')
order by asked.key, law.code desc
