-- Occasions per person: whoever shares the address is the same person; the messages of one run to one address are one
-- occasion, and so is the one asked about. A letter of formal notice counts but is not held back: it is a legal act.
with person as (
    select key, customer_id from asked
    union
    select asked.key, same.customer_id
    from asked
    join customers_address same on same.channel = asked.channel and same.value = asked.recipient
), capped as (
    select asked.key, asked.channel, asked.recipient, asked.occasion, asked.zone, law.article, cap.channel as counted,
           cap.days, cap.maximum
    from asked
    join law on law.jurisdiction = asked.jurisdiction and law.kind = asked.kind and law.code = 'contact_caps'
    cross join lateral jsonb_to_recordset(law.value -> 'caps') as cap(channel text, days int, maximum int)
    where cap.channel in ('all', asked.channel) and not (asked.formal_notice and asked.channel = 'post')
), contact as (
    {contacts}
), occasions as (
    select capped.key, capped.counted, capped.days, capped.maximum, capped.article,
           max(contact.at) as at
    from capped
    join person using (key)
    join contact on contact.customer_id = person.customer_id
    where capped.counted in ('all', contact.channel)
      and contact.at > %(gate_at)s::timestamptz - make_interval(days => capped.days) and contact.at <= %(gate_at)s
      and not (contact.recipient = capped.recipient and contact.channel = capped.channel
               and contact.occasion is not null
               and (contact.occasion = capped.occasion
                    or (capped.occasion is null
                        and (contact.at at time zone capped.zone)::date
                            = (%(gate_at)s::timestamptz at time zone capped.zone)::date)))
    group by capped.key, capped.counted, capped.days, capped.maximum, capped.article,
             contact.channel, contact.recipient, coalesce('run ' || contact.occasion, 'contact ' || contact.id)
), ranked as (
    select *, row_number() over (partition by key, counted, days order by at desc) as rank from occasions
)
select distinct on (key) key, 'not_before' as answer,
       'contact_caps_' || counted || '_' || maximum || '_in_' || days as rule, article,
       at + make_interval(days => days) as not_before_at
from ranked
where rank = maximum
order by key, at + make_interval(days => days) desc
