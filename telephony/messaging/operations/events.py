"""What providers tell: stored at once (a webhook waits), applied by a task."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils.encoding import punycode

from crm.customers.models import Channel
from telephony.core.news import News
from telephony.core.storable import storable, storable_json
from telephony.messaging.models import Attempt, DeliveryEvent, DeliveryKind, Message
from telephony.messaging.operations.addresses import mark_invalid, opt_out
from telephony.messaging.operations.moving import move, of
from telephony.messaging.operations.telling import tell
from telephony.messaging.operations.unapplied import leave_to_a_person
from telephony.messaging.operations.unsubscribe import unsubscribe
from telephony.messaging.operations.waking import wake_applier
from telephony.messaging.states import STATES_AFTER_SENDING, MessageState

log = structlog.get_logger(__name__)

# News may be faster than the commit that names the message; later than this it is not ours.
KNOWN_WITHIN = timedelta(hours=1)
TRIED_AGAIN_AFTER = timedelta(minutes=1)

STATE_OF = {
    DeliveryKind.SENT: MessageState.SENT,
    DeliveryKind.DELIVERED: MessageState.DELIVERED,
    DeliveryKind.READ: MessageState.READ,
    DeliveryKind.BOUNCED: MessageState.BOUNCED,
    DeliveryKind.REJECTED: MessageState.FAILED,
    DeliveryKind.COMPLAINED: MessageState.COMPLAINED,
}


def hear(news: Iterable[News], *, at: datetime) -> int:
    """Store what was told, once each, and wake the task that applies it; return how many were given."""
    rows = [
        DeliveryEvent(
            provider=item.provider[:30],
            key=storable(item.key)[:200],
            kind=item.kind,
            permanent=item.permanent,
            message_ref=storable(item.message_ref)[:200],
            provider_id=storable(item.provider_id)[:200],
            recipient=storable(item.recipient)[:320],
            reason=storable(item.reason)[:200],
            at=item.at,
            received_at=at,
            payload=storable_json(item.payload),
        )
        for item in news
    ]
    DeliveryEvent.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        transaction.on_commit(wake_applier, robust=True)
    return len(rows)


def apply_events(*, at: datetime) -> int:
    """Apply what was stored, oldest first, each in its own transaction; several workers may run it. Return how many."""
    done, last = 0, 0
    while (outcome := _apply_next(after=last, at=at)) is not None:
        last, applied = outcome
        done += applied
    return done


@transaction.atomic
def _apply_next(*, after: int, at: datetime) -> tuple[int, bool] | None:
    waiting = DeliveryEvent.objects.filter(applied_at=None, given_up_at=None, pk__gt=after).order_by("pk")
    due = waiting.filter(Q(not_before_at=None) | Q(not_before_at__lte=at))
    event = due.select_for_update(skip_locked=True).first()
    if event is None:
        return None
    try:
        with transaction.atomic():
            return event.pk, _applied(event, at=at)
    except Exception as error:
        # News nobody foresaw does not stop what comes behind it, and is tried again for a while.
        log.exception("news_not_applied", event_id=event.pk, provider=event.provider, kind=event.kind)
        leave_to_a_person(event, error, at=at)
    return event.pk, False


def _applied(event: DeliveryEvent, *, at: datetime) -> bool:
    event.message = message = _message_of(event)
    if message is None and event.received_at > at - KNOWN_WITHIN:
        _put_off(event, at=at)
        return False
    event.applied_at, event.error = at, ""
    event.save(update_fields=["message", "applied_at", "error"])
    if message is not None:
        (_note_elsewhere if _of_another(event, message) else _apply)(event, message)
    return True


def _put_off(event: DeliveryEvent, *, at: datetime) -> None:
    """To twice its age, for each wake-up would ask for it anew: an account shared with others tells much that is not
    ours."""
    later = at + max(TRIED_AGAIN_AFTER, at - event.received_at)
    event.not_before_at = min(later, event.received_at + KNOWN_WITHIN)
    event.save(update_fields=["not_before_at"])


def _message_of(event: DeliveryEvent) -> Message | None:
    """By our own Message-ID, else by the provider's name for it (some providers use our Message-ID as theirs)."""
    messages = Message.objects.select_related("entity")
    if event.message_ref:
        return messages.filter(message_id=event.message_ref).first()
    name = event.provider_id
    if not name:
        return None
    attempts = Attempt.objects.filter(provider_id=name).values("message")
    return messages.filter(Q(pk__in=attempts) | Q(message_id=name.strip("<>"))).first()


def _of_another(event: DeliveryEvent, message: Message) -> bool:
    """Whether they are of another mailbox: where the mail was sent on to, its Message-ID is known too."""
    if message.channel != Channel.EMAIL or "@" not in event.recipient:
        return False
    name, _, domain = message.recipient.lower().rpartition("@")
    return event.recipient.lower() not in (f"{name}@{domain}", f"{name}@{punycode(domain)}")


def _note_elsewhere(event: DeliveryEvent, message: Message) -> None:
    """It left, was sent on and is refused there: whether somebody read it nobody can tell. It stays sent and its
    address as it is; who follows the customer is told."""
    if event.kind != DeliveryKind.BOUNCED:
        return
    _moved(event, message, MessageState.SENT)
    noted = of(message.pk).filter(state__in=(MessageState.SENT, MessageState.DELIVERED, MessageState.READ))
    if noted.update(reason=f"elsewhere: {event.recipient}: {event.reason}"[:200]):
        tell([message.pk], "elsewhere", at=event.at, details={"refused_at": event.recipient})


def _apply(event: DeliveryEvent, message: Message) -> None:
    kind, target = DeliveryKind(event.kind), STATE_OF.get(DeliveryKind(event.kind))
    details = {"permanent": event.permanent, "reason": event.reason}
    if target is not None and _moved(event, message, target) and target is not MessageState.SENT:
        tell([message.pk], str(target), at=event.at, details=details)
    if event.permanent:
        mark_invalid(message, reason=event.reason, at=event.at)
    if kind is DeliveryKind.COMPLAINED:
        opt_out(message, at=event.at)
    if kind is DeliveryKind.UNSUBSCRIBED:
        unsubscribe(message, at=event.at)


def _moved(event: DeliveryEvent, message: Message, target: MessageState) -> bool:
    """Whether it moves. Our own line about the sending may be lost or late: whoever waits for it is told first, once,
    for the database says whether it was the first to hear."""
    at, reason = event.at, event.reason
    if target in STATES_AFTER_SENDING and move(of(message.pk).filter(sent_at=None), target, at=at, reason=reason):
        tell([message.pk], "sent", at=at, details={"told_by": event.provider})
        return True
    return move(of(message.pk), target, at=at, reason=reason) > 0
