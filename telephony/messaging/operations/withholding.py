"""A run keeps home what it queues until somebody has looked at the whole of it: let go, or hold for a release.

Withheld, its messages lie in the outbox as any other and no worker takes them: one row says so, and letting a million
go is removing that row. Held, they carry it in their own state, for as long as a person takes to decide.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Case, Count, Value, When

from crm.accounts.models import Entity
from telephony.messaging.models import Message, Withholding
from telephony.messaging.operations.moving import move
from telephony.messaging.operations.queueing import wake_outbox
from telephony.messaging.states import DUE_STATES, MessageState


def withhold(entity: Entity, *, held_by: int) -> int:
    """From now on no worker takes what the run `held_by` queues; 1 when that is new."""
    _row, created = Withholding.objects.get_or_create(run=held_by, defaults={"entity": entity})
    return int(created)


def is_withheld(message: Message) -> bool:
    """Whether the run that queued it has not let it go yet."""
    if message.held_by is None or message.state not in DUE_STATES:
        return False
    return Withholding.objects.filter(run=message.held_by).exists()


def let_go(entity: Entity) -> None:
    """What the runs of the entity queued may leave, that of runs that failed before their end too."""
    if Withholding.objects.filter(entity=entity).delete()[0]:
        transaction.on_commit(wake_outbox, robust=True)


def hold(entity: Entity, *, held_by: int) -> int:
    """Hold it until `release` or `cancel_held` of `held_by`; how many messages. Constant number of statements."""
    withheld = Withholding.objects.filter(entity=entity)
    messages = Message.objects.filter(entity=entity, held_by__in=withheld.values("run"), state__in=DUE_STATES)
    held = messages.update(state=MessageState.HELD, held_by=held_by)
    withheld.delete()
    return held


def held(*, held_by: int) -> dict[str, int]:
    """How many messages are held by channel; the largest number first."""
    rows = Message.objects.filter(held_by=held_by, state=MessageState.HELD).values("channel")
    counted = rows.annotate(number=Count("pk")).order_by("-number", "channel")
    return dict(counted.values_list("channel", "number"))


def release(*, held_by: int, at: datetime) -> int:
    """Let leave what a run holds, each at its own instant, after the last look of the outbox; how many."""
    held = Message.objects.filter(held_by=held_by, state=MessageState.HELD)
    due = Case(When(not_before_at__gt=at, then=Value(MessageState.WAITING)), default=Value(MessageState.PLANNED))
    released = held.update(state=due)
    if released:
        transaction.on_commit(wake_outbox, robust=True)
    return released


def cancel_held(*, held_by: int, reason: str, at: datetime) -> int:
    """Take back what a run holds; how many. One statement."""
    held = Message.objects.filter(held_by=held_by, state=MessageState.HELD)
    return move(held, MessageState.CANCELLED, at=at, reason=reason[:200])
