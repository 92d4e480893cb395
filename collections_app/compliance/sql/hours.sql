-- One look at the clock per place, not per message.
with place as materialized (
    select here.*, law.value, law.article, law.code
    from (select distinct jurisdiction, kind, zone, channel from asked) here
    join law on law.jurisdiction = here.jurisdiction and law.kind = here.kind
            and law.code = 'contact_hours_' || here.channel
), opening as materialized (
    select place.*, next_contact_at(place.value, place.zone, place.jurisdiction, %(gate_at)s) as opens_at from place
)
select asked.key, case when opening.opens_at is null then 'refused' else 'not_before' end as answer,
       opening.code as rule, opening.article, opening.opens_at as not_before_at
from asked
join opening using (jurisdiction, kind, zone, channel)
where opening.opens_at is distinct from %(gate_at)s
