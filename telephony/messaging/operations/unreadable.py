"""Mail the house could not read, or was not given, in an hour of tries: a person gives it to its customer, has it read
again or sets it aside."""

import zlib
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from telephony.core.storable import storable
from telephony.messaging.models import MailboxPosition, Reply, ReplyKind
from telephony.messaging.operations.waking import wake_reader
from telephony.providers.email import received

# From the first try: what waited for a worker longer than that is tried as long as the rest.
TRIED_FOR = timedelta(hours=1)
TEXT_SHOWN = 20_000


def leave_to_a_person(reply: Reply, *, at: datetime) -> None:
    """Try it no more, once it was tried for an hour; its bytes are shown as they are."""
    since = reply.failing_since or at
    if at - since < TRIED_FOR:
        Reply.objects.filter(pk=reply.pk).update(failing_since=since)
        return
    raw = zlib.decompress(bytes(reply.raw))
    sender, subject = received.envelope(raw)
    shown = storable(raw.decode(errors="replace"))[:TEXT_SHOWN]
    Reply.objects.filter(pk=reply.pk).update(
        kind=ReplyKind.UNREADABLE, read_at=at, sender=sender[:320], subject=subject[:300], text=shown
    )


def name_refused(position: MailboxPosition, uid: int, *, said: str, at: datetime) -> None:
    """The mail `uid` stays in its mailbox, whose server refuses to give it: a person looks for it there."""
    number = f"{position.mailbox};UIDVALIDITY={position.uid_validity}/;UID={uid}"
    refused = Reply(header_id=number, subject=number, text=storable(said), received_at=at)
    refused.kind, refused.read_at = ReplyKind.UNREADABLE, at
    Reply.objects.bulk_create([refused], ignore_conflicts=True)


def read_again(replies: QuerySet[Reply]) -> int:
    """Have those of them that could not be read tried once more, where we have them; how many."""
    ours = replies.filter(kind=ReplyKind.UNREADABLE).exclude(raw=b"")
    again = ours.update(kind=ReplyKind.UNREAD, read_at=None, text="")
    transaction.on_commit(wake_reader, robust=True)
    return again


def set_aside(replies: QuerySet[Reply]) -> int:
    """Nothing is to be done about those of them that could not be read; how many."""
    return replies.filter(kind=ReplyKind.UNREADABLE).update(kind=ReplyKind.SET_ASIDE)
