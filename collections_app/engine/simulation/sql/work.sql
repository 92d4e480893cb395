-- People: what has waited long enough is done at noon, what they approve goes to the gates of the next night. A backlog
-- that asks where to enter does so at the step its age allows. Claims to be declared are no dunning: they wait. What a
-- supervisor decides is no word to the customer.
with ripe as (
    select x.id, x.cycle_id, x.kind, x.scenario_version_id, x.oldest_due_on,
           case when x.state = 'to_approve' and x.address_id is not null and x.template_id is not null
                     and x.channel in ('email', 'post') then 'scheduled' else 'done' end as becomes,
           case when x.channel = 'phone' and x.mode <> 'decision' then 'spoke' else 'other' end as outcome
    from actions_action x
    where x.entity_id = %(entity)s and x.state in ('todo', 'to_approve') and x.kind <> 'declaration'
      and greatest(x.opened_on + %(evening)s, x.snoozed_until) <= %(since)s /* range x.customer_id */
),
entered as (
    update actions_cycle c
    set by_hand = false,
        passed_offset = greatest(c.passed_offset, entry_offset(r.scenario_version_id, r.oldest_due_on, %(on)s, %(on)s))
    from ripe r where r.kind = 'entry' and c.id = r.cycle_id and c.closed_on is null
)
update actions_action x
set state = r.becomes, outcome = case when r.becomes = 'done' then r.outcome else x.outcome end,
    approved_on = case when r.becomes = 'scheduled' then %(on)s::date end,
    closed_at = case when r.becomes = 'done' then %(noon)s::timestamptz end
from ripe r where x.id = any(array(select id from ripe)) and x.id = r.id
