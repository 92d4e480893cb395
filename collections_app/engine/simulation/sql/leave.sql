-- What may leave leaves, at the instant it may; a letter the same way, printed that day.
with leaving as (
    update messaging_message m set state = 'sent', sent_at = m.not_before_at, digest = 'simulated'
    from actions_action x
    where (m.state in ('planned', 'waiting') or m.state = 'ready') and m.not_before_at < %(until_at)s and m.origin = 'action'
      and x.id = m.origin_id and x.entity_id = %(entity)s and x.state = 'scheduled'
      /* range x.customer_id */
    returning m.origin_id, m.sent_at
)
update actions_action x set state = 'done', outcome = 'sent', closed_at = leaving.sent_at
from leaving where x.id = leaving.origin_id and x.state = 'scheduled'
