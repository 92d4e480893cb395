"""The mailbox of installations whose mail leaves by plain SMTP: delivery reports and replies arrive there."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.conf import settings

from telephony.messaging.models import MailboxPosition
from telephony.messaging.operations import name_refused, receive
from telephony.messaging.operations.unreadable import TRIED_FOR
from telephony.providers.email import imap
from telephony.providers.email.imap import Arrived, Mailbox

log = structlog.get_logger(__name__)

SAVED_EVERY = 50
# Of a mailbox in use: what was answered long ago is no task of today.
RECENT = timedelta(days=3)


def configured_mailbox() -> Mailbox | None:
    """The one the environment names, if any."""
    if not settings.IMAP_HOST:
        return None
    return Mailbox(
        host=settings.IMAP_HOST,
        port=settings.IMAP_PORT,
        user=settings.IMAP_USER,
        password=settings.IMAP_PASSWORD,
        folder=settings.IMAP_FOLDER,
        tls=settings.IMAP_TLS,
        ca=settings.IMAP_CA,
    )


def read_configured_mailbox(*, at: datetime) -> int:
    """Store what arrived since the last time; return how many mails. 0 without a mailbox."""
    box = configured_mailbox()
    return read_mailbox(box, at=at) if box else 0


def read_mailbox(box: Mailbox, *, at: datetime) -> int:
    """Store what arrived in `box` since the last time; return how many mails. Raises MailboxError.

    The first time, and when its mails are numbered anew, those of RECENT. Stopped half-way, the next reading takes up
    where this one was; what is read twice is stored once. A mail the server refuses to give is asked for again for an
    hour, while those behind it are read, then left to a person.
    """
    position, _ = MailboxPosition.objects.get_or_create(mailbox=str(box))
    with imap.opened(box) as connection:
        since, last = _start(position, imap.uid_validity(connection), at=at), imap.last_uid(connection)
        try:
            count = _store(imap.newer(connection, position.last_uid, since), position, at=at)
            if position.failing_since is None:
                position.last_uid = max(position.last_uid, last)
            position.read_at = at
        finally:
            position.save()
    return count


def _store(mails: Iterable[Arrived], position: MailboxPosition, *, at: datetime) -> int:
    """How many were stored. The position stays before the first one refused that is asked for again."""
    stored, behind = 0, False
    for count, mail in enumerate(mails, start=1):
        if mail.refusal:
            log.warning("mail_refused", mailbox=position.mailbox, uid=mail.uid, said=mail.refusal)
            behind = behind or not _given_up(position, mail, at=at)
        else:
            receive(mail.raw, at=at, arrived_at=mail.at)
            stored += 1
        if not behind:
            position.last_uid, position.failing_since = mail.uid, None
        if count % SAVED_EVERY == 0:
            position.save()
    if not behind:
        position.failing_since = None
    return stored


def _given_up(position: MailboxPosition, refused: Arrived, *, at: datetime) -> bool:
    """Whether the mail the position stands before was asked for long enough, and is left to a person. Those behind it
    have an hour of their own: a server that gives nothing for a while loses none of them."""
    position.failing_since = position.failing_since or at
    if at - position.failing_since < TRIED_FOR:
        return False
    name_refused(position, refused.uid, said=refused.refusal, at=at)
    return True


def _start(position: MailboxPosition, validity: int, *, at: datetime) -> datetime | None:
    """From which instant mails are read; None where their numbers tell which are new."""
    known = position.last_uid > 0 and validity == position.uid_validity
    if validity != position.uid_validity:
        position.uid_validity, position.last_uid = validity, 0
    return None if known else (position.read_at or at) - RECENT
