-- Occasions per person: whoever shares the address is the same person; the messages of one run to one address are one
-- occasion, and so is the one asked about. A letter of formal notice counts but is not held back: it is a legal act.
-- What leaves, or may have left, counts as sent. What is queued before the message asked about goes first: if the cap is
-- reached with it, one asks again an hour after it was due, when it is known whether it left.
with person as (
    select key, customer_id from asked
    union
    select asked.key, same.customer_id
    from asked
    join customers_address same on same.channel = asked.channel and same.value = asked.recipient
), capped as (
    select asked.key, asked.channel, asked.recipient, asked.occasion, asked.message, asked.zone, law.article, cap.channel as counted,
           cap.days, cap.maximum
    from asked
    -- One rule for each, said to the planner by the limit: guessing less, it would read the contacts once per message.
    cross join lateral (
        select law.article, law.value from law
        where law.jurisdiction = asked.jurisdiction and law.kind = asked.kind and law.code = 'contact_caps' limit 1
    ) law
    cross join lateral jsonb_to_recordset(law.value -> 'caps') as cap(channel text, days int, maximum int)
    where cap.channel in ('all', asked.channel) and not (asked.formal_notice and asked.channel = 'post')
), contact as materialized (
    {contacts}
), occasions as (
    select capped.key, capped.counted, capped.days, capped.maximum, capped.article,
           max(contact.at) as at, max(contact.queued_for) as queued_for
    from capped
    join person using (key)
    join contact on contact.customer_id = person.customer_id
    where capped.counted in ('all', contact.channel)
      and (contact.message is null or contact.message is distinct from capped.message)  -- a call is no message
      and (contact.queued_for is null or capped.message is null or contact.message < capped.message)
      -- While a run hands over, what it has queued already says nothing: the order of its customers must not count.
      and (contact.occasion is null or capped.message is not null or contact.occasion is distinct from capped.occasion)
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
       room_at as not_before_at
from ranked
cross join lateral (
    select case when queued_for is null then at + make_interval(days => days)
                else greatest(queued_for, %(gate_at)s) + interval '1 hour' end as room_at
) room
where rank = maximum
order by key, room_at desc
