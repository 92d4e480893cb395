select asked.key, 'refused' as answer, 'minimum_amount' as rule, coalesce(law.article, 'Acquit') as article,
       null::timestamptz as not_before_at
from asked
left join law on law.jurisdiction = asked.jurisdiction and law.kind = asked.kind and law.code = 'minimum_amount'
where (asked.automatic or asked.invoice_ids <> '{}')
  and (asked.amount <= 0
       or case when asked.currency = law.value ->> 'currency' then asked.amount
               else converted(asked.amount, asked.currency, law.value ->> 'currency', asked.today) end
          < (law.value ->> 'amount')::numeric)
