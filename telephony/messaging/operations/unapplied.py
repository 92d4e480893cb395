"""News of a provider the house could not apply in an hour of tries: a person has it applied again, once the cause is
gone, or leaves it."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from telephony.core.storable import storable
from telephony.messaging.models import DeliveryEvent
from telephony.messaging.operations.unreadable import TRIED_FOR
from telephony.messaging.operations.waking import wake_applier


def leave_to_a_person(event: DeliveryEvent, error: Exception, *, at: datetime) -> None:
    """Try it no more, once it was tried for an hour; show why, on the page of its message too."""
    since = event.failing_since or at
    given_up_at = at if at - since >= TRIED_FOR else None
    said = storable(f"{type(error).__name__}: {error}")[:200]
    DeliveryEvent.objects.filter(pk=event.pk).update(
        message=event.message, error=said, failing_since=since, given_up_at=given_up_at
    )


def apply_again(events: QuerySet[DeliveryEvent]) -> int:
    """Have those of them that were given up tried once more; how many."""
    again = events.filter(applied_at=None, given_up_at__isnull=False).update(given_up_at=None)
    transaction.on_commit(wake_applier, robust=True)
    return again


def leave_unapplied(events: QuerySet[DeliveryEvent], *, at: datetime) -> int:
    """Nothing is to be done about those of them that were given up; how many."""
    return events.filter(applied_at=None, given_up_at__isnull=False).update(applied_at=at)
