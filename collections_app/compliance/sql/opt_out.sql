-- A refusal holds wherever the same address is on file. A letter of formal notice is a legal act: it may leave. Where no
-- rule in force says that a refusal blocks, or that a consent is required, none does and none is.
with refused as materialized (  -- plan: before the law, whose every rule would be joined to every message first
    select asked.key, asked.jurisdiction, asked.kind, said.rule
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
        where asked.formal_notice and asked.channel = 'email' and address.consent <> 'given'
    ) said
)
select distinct on (refused.key) refused.key, 'refused' as answer, refused.rule, law.article,
       null::timestamptz as not_before_at
from refused
join law on law.jurisdiction = refused.jurisdiction and law.kind = refused.kind and law.code = refused.rule
        and (law.value ->> case refused.rule when 'opt_out' then 'blocks' else 'required' end)::boolean
order by refused.key, refused.rule desc
