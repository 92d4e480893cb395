-- What every gate reads: who would be contacted, where, and the law in force there on that day.
asked as materialized (
    select candidate.key, candidate.entity_id, candidate.customer_id, candidate.currency, candidate.channel,
           candidate.address_id, candidate.formal_notice, candidate.automatic, candidate.amount,
           coalesce(candidate.invoice_ids, '{}') as invoice_ids, candidate.oldest_due_on,
           candidate.occasion, candidate.message,
           customer.kind, entity.jurisdiction, entity.live_since,
           coalesce(nullif(customer.time_zone, ''), entity.time_zone) as zone,
           (%(gate_at)s::timestamptz at time zone entity.time_zone)::date as today,
           address.value as recipient
    from candidate
    join customers_customer customer on customer.id = candidate.customer_id
    join accounts_entity entity on entity.id = candidate.entity_id
    left join customers_address address
        on address.id = candidate.address_id and address.customer_id = candidate.customer_id
), law as materialized (
    select distinct on (place.jurisdiction, place.kind, r.code)
           place.jurisdiction, place.kind, r.code, r.value, r.article
    from (select jurisdiction, kind, max(today) as today from asked group by 1, 2) place
    join law_rule r on r.jurisdiction = place.jurisdiction and r.customer_kind in ('', place.kind)
                   and r.debt_type = '' and r.starts_on <= place.today
                   and coalesce(r.ends_on, 'infinity') >= place.today
    order by place.jurisdiction, place.kind, r.code, r.customer_kind desc, r.starts_on desc
)
