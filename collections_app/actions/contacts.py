"""Calls people made, counted by the contact caps beside the messages (FR-22: an attempt is an attempt)."""

from collections_app.actions.labels import Outcome
from collections_app.compliance.registry import register_contacts

TRIED = [
    Outcome.SPOKE, Outcome.NO_ANSWER, Outcome.MESSAGE_LEFT, Outcome.CALL_BACK, Outcome.WILL_PAY, Outcome.PAID,
    Outcome.CONTESTS, Outcome.WRONG_NUMBER,
]  # fmt: skip
CALLS = """
    select action.id, action.customer_id, 'phone' as channel, coalesce(address.value, '') as recipient,
           null::bigint as occasion, action.closed_at as at, null::bigint as message, null::timestamptz as queued_for
    from actions_action action left join customers_address address on address.id = action.address_id
    where action.channel = 'phone' and action.state = 'done' and action.outcome in ({outcomes})
      and action.closed_at > %(gate_at)s::timestamptz - interval '31 days'
      and action.customer_id in (select customer_id from person)
    union all
    -- The call was made, and its task waits for the next one.
    select action.id, action.customer_id, 'phone', coalesce(address.value, ''), null, life.closed_at, null, null
    from actions_life life
    join actions_action action on action.id = life.action_id
    left join customers_address address on address.id = action.address_id
    where life.outcome = 'call_back' and action.channel = 'phone'
      and life.closed_at > %(gate_at)s::timestamptz - interval '31 days'
      and action.customer_id in (select customer_id from person)
""".format(outcomes=", ".join(f"'{outcome.value}'" for outcome in TRIED))


def register_calls() -> None:
    """Called once when the app is ready."""
    register_contacts("calls", CALLS)
