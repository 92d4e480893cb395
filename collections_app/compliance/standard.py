"""The gates every installation has, from what can never be to what can wait."""

from collections_app.compliance.registry import Gate, register_contacts, register_gate

NAMES = [
    "training", "environment", "live", "jurisdiction", "address", "opt_out", "hold", "limitation", "minimum",
    "freshness", "caps", "hours",
]  # fmt: skip

# An attempt counts as much as a message that arrived (FR-22), and so does what may have left or is printed; then what
# is to leave within the day. Each part is read through a partial index of its own.
MESSAGES = """
    select id, customer_id, channel, recipient, occasion, sent_at as at, id as message, null::timestamptz as queued_for
    from messaging_message
    where sent_at is not null and sent_at > %(gate_at)s::timestamptz - interval '31 days'
      and customer_id in (select customer_id from person)
    union all
    select id, customer_id, channel, recipient, occasion, least(coalesce(reserved_at, not_before_at), %(gate_at)s), id,
           null
    from (
        select * from messaging_message where state in ('ready', 'ambiguous') and sent_at is null
        union all
        select * from messaging_message where state = 'reserved' and lease_until is not null and sent_at is null
    ) under_way
    where customer_id in (select customer_id from person)
    union all
    select id, customer_id, channel, recipient, occasion, %(gate_at)s, id, not_before_at
    from messaging_message
    where state in ('planned', 'waiting') and not_before_at < %(gate_at)s::timestamptz + interval '1 day'
      and customer_id in (select customer_id from person)
"""


def register() -> None:
    """Fill the registry; called once, when the app is ready."""
    for order, name in enumerate(NAMES):
        register_gate(Gate(name, order * 10))
    register_contacts("messages", MESSAGES)
