"""The mailbox of installations whose mail leaves by plain SMTP: delivery reports and replies arrive there."""

from datetime import datetime, timedelta

from django.conf import settings

from telephony.messaging.models import MailboxPosition
from telephony.messaging.operations import receive
from telephony.providers.email import imap
from telephony.providers.email.imap import Mailbox

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
    near where this one was; what is read twice is stored once.
    """
    position, _ = MailboxPosition.objects.get_or_create(mailbox=str(box))
    count = 0
    with imap.opened(box) as connection:
        since, last = _start(position, imap.uid_validity(connection), at=at), imap.last_uid(connection)
        for count, mail in enumerate(imap.newer(connection, position.last_uid, since), start=1):
            receive(mail.raw, at=at, arrived_at=mail.at)
            position.last_uid = mail.uid
            if count % SAVED_EVERY == 0:
                position.save()
        position.last_uid = max(position.last_uid, last)
    position.read_at = at
    position.save()
    return count


def _start(position: MailboxPosition, validity: int, *, at: datetime) -> datetime | None:
    """From which instant mails are read; None where their numbers tell which are new."""
    known = position.read_at is not None and validity == position.uid_validity
    if validity != position.uid_validity:
        position.uid_validity, position.last_uid = validity, 0
    return None if known else (position.read_at or at) - RECENT
