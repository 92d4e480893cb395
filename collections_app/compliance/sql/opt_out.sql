-- A refusal holds wherever the same address is on file. A letter of formal notice is a legal act: it may leave.
select distinct on (asked.key) asked.key, 'refused' as answer, refused.rule,
       coalesce(law.article, '') as article, null::timestamptz as not_before_at
from asked
join customers_address address on address.id = asked.address_id
cross join lateral (
    select 'opt_out' as rule
    from customers_address same
    where same.channel = address.channel and same.value = address.value
      and (same.opted_out_at <= %(gate_at)s or same.consent = 'refused')
      and not (asked.formal_notice and asked.channel = 'post')
    union all
    select 'notice_consent'
    where asked.formal_notice and asked.channel = 'email' and asked.kind = 'consumer' and address.consent <> 'given'
) refused
left join law on law.jurisdiction = asked.jurisdiction and law.kind = asked.kind and law.code = refused.rule
order by asked.key, refused.rule desc
