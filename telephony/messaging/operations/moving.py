"""The one way a message changes state: an UPDATE that only touches rows allowed to move."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce

from telephony.messaging.models import Message
from telephony.messaging.states import GONE_WRONG, STATES_AFTER_SENDING, MessageState, sources


def move(messages: QuerySet[Message], target: MessageState, *, at: datetime, **values: Any) -> int:
    """Move those that may reach `target`; return how many did. Instants are stamped once and never overwritten."""
    return move_anyway(messages.filter(state__in=sources(target)), target, at=at, **values)


def move_anyway(messages: QuerySet[Message], target: MessageState, *, at: datetime, **values: Any) -> int:
    """Move all of them, on the word of a person who chose their states; return how many did."""
    stamps: dict[str, Any] = {"lease_until": None}
    if target in STATES_AFTER_SENDING:
        stamps["sent_at"] = Coalesce("sent_at", Value(at))
    if target in (MessageState.DELIVERED, MessageState.READ):
        stamps["delivered_at"] = Coalesce("delivered_at", Value(at))
    if target in GONE_WRONG:
        stamps["closed_at"] = Value(at)
    return messages.update(state=target, **(stamps | values))


def of(message_id: int) -> QuerySet[Message]:
    """This one message, to be moved."""
    return Message.objects.filter(pk=message_id)


def try_later(message_id: int, later: datetime, reason: str, *, at: datetime, **values: int) -> None:
    """It waits until `later`, showing why."""
    waits = {"not_before_at": later, "reason": reason[:200], "handed_until": None}
    move(of(message_id), MessageState.WAITING, at=at, **waits, **values)
