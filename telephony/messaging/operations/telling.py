"""What happened to messages, said to who reacts (events) and to people (timeline), in the transaction of the move."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_noop
from psycopg.types.json import Jsonb

from crm.accounts.models import User
from crm.events.operations import emit_many
from telephony.core.channels import channels

# What people read; the rest is told to programs only: a stale message is the action's story, an opt-out the address's.
SUBJECTS = {
    "sent": gettext_noop("Message sent to %(recipient)s: %(subject)s"),
    "posted": gettext_noop("Letter posted: %(subject)s"),
    "bounced": gettext_noop("Message could not be delivered to %(recipient)s: %(reason)s"),
    "elsewhere": gettext_noop("Message to %(recipient)s: %(reason)s"),
    "complained": gettext_noop("%(recipient)s marked our message as unwanted"),
    "failed": gettext_noop("Message to %(recipient)s failed: %(reason)s"),
    "ambiguous": gettext_noop("Nobody can tell whether the message to %(recipient)s left: to verify"),
    "blocked": gettext_noop("Message to %(recipient)s not sent: %(reason)s"),
}

EVENTS = """
select entity_id, customer_id, jsonb_build_object(
    'message_id', id, 'origin', origin, 'origin_id', origin_id, 'attempt_key', attempt_key, 'channel', channel,
    'address_id', address_id, 'state', state, 'reason', reason,
    'completes', channel = any(%(completing)s::text[])) || %(details)s::jsonb as payload
from messaging_message where id = any(%(ids)s::bigint[])
"""
ENTRIES = """
insert into timeline_entry (at, entity_id, customer_id, kind, subject, params, text, actor_id, about, about_id)
select %(at)s, entity_id, customer_id, 'message', %(subject)s,
       jsonb_build_object('recipient', recipient, 'subject', subject,
                          'reason', jsonb_build_object('said', 'reason', 'as', reason)), '', %(by)s, 'message', id
from messaging_message where id = any(%(ids)s::bigint[])
"""


def tell(
    ids: Sequence[int],
    what: str,
    *,
    at: datetime,
    by: User | None = None,
    details: dict[str, Any] | None = None,
    subject: str = "",
) -> None:
    """Emit `message.{what}` for these messages and write it in their customers' timelines: two statements for any
    number. The payload says with `completes` whether this completes the step on that channel."""
    if not ids:
        return
    completing = [channel.code for channel in channels.values() if channel.completes_on == what]
    given = {"ids": list(ids), "completing": completing, "details": Jsonb(details or {})}
    emit_many(f"message.{what}", EVENTS, given, at=at)
    if msgid := subject or SUBJECTS.get(what, ""):
        with connection.cursor() as cursor:
            cursor.execute(ENTRIES, {"ids": list(ids), "subject": msgid, "at": at, "by": by.pk if by else None})
