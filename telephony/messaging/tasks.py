"""A message of the broker only carries ids: lost or doubled, it is harmless (see operations.sending)."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from telephony.messaging import operations

BATCH = 200


@shared_task
def drain_outbox() -> None:
    """Hand due messages to workers, a batch of ids each."""
    ids = operations.hand_out(at=timezone.now())
    for start in range(0, len(ids), BATCH):
        send_batch.delay(ids[start : start + BATCH])


@shared_task
def send_batch(ids: list[int]) -> None:
    """Send these messages, each reserved just before its own send, over one connection per channel."""
    operations.send_batch(ids, clock=timezone.now)


@shared_task
def expire_leases() -> None:
    """Find the messages of workers that died."""
    operations.expire_leases(at=timezone.now())


@shared_task
def apply_events() -> None:
    """Apply what providers told."""
    operations.apply_events(at=timezone.now())


@shared_task
def read_replies() -> None:
    """Read the mail received, then the delivery reports found in it."""
    operations.read_replies(at=timezone.now())
    operations.apply_events(at=timezone.now())


@shared_task
def read_mailbox() -> None:
    """Fetch bounces and replies from the IMAP mailbox, when there is one."""
    from telephony.messaging.mailbox import read_configured_mailbox

    read_configured_mailbox(at=timezone.now())


@shared_task
def forget() -> None:
    """Remove what was received long ago, of which all that counts was understood."""
    at = timezone.now()
    operations.forget_raw_mails(before=at - timedelta(days=settings.RAW_MAILS_KEPT_DAYS))
    operations.forget_unattached_mails(before=at - timedelta(days=settings.UNATTACHED_MAILS_KEPT_DAYS))
    operations.forget_news(before=at - timedelta(days=settings.NEWS_KEPT_DAYS))
