"""Letters: composed here, printed by batch, sent when a person says that the batch was posted."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from crm.accounts.models import User
from crm.core.each import each
from crm.core.remembering import remembering
from crm.customers.models import Channel
from crm.events.operations import waking_once
from telephony.messaging.models import Attempt, AttemptResult, Message
from telephony.messaging.operations.moving import move
from telephony.messaging.operations.sending import reserve
from telephony.messaging.operations.telling import SUBJECTS, tell
from telephony.messaging.states import MessageState


def prepare_letters(
    ids: Sequence[int], *, at: datetime, most: int | None = None, free: QuerySet[Message] | None = None
) -> list[int]:
    """Check again and compose these letters, ready ones included, those asked for first before the others, until `most`
    are ready; return those that may be printed now.

    `free`: those that are in no print batch; what another has printed meanwhile stays as it was printed. Not inside a
    transaction. The others were cancelled (stale), blocked or put off, each with its event, or are as they
    were: in the hands of others.
    """
    left, ready = sorted(ids), set[int]()
    free = Message.objects.all() if free is None else free
    with waking_once(), remembering():
        while left and (most is None or len(ready) < most):
            missing = len(left) if most is None else most - len(ready)
            composed, busy = _composed(left[:missing], free, at=at)
            ready |= composed
            left = [] if busy else left[missing:]
    return [message_id for message_id in ids if message_id in ready]


def _composed(ids: Sequence[int], free: QuerySet[Message], *, at: datetime) -> tuple[set[int], bool]:
    """Those that may be printed, and whether others write one of them: a page waits for no more."""
    letters = free.filter(pk__in=ids, channel=Channel.POST)
    tried = each(sorted(letters.values_list("pk", flat=True)), partial(reserve, at=at, again=free))
    checked = letters.filter(pk__in=[pk for pk, _reserved in tried.done], state=MessageState.READY)
    return set(checked.values_list("pk", flat=True)), bool(tried.refused)


@transaction.atomic
def mark_posted(message_ids: Sequence[int], *, on: date, by: User, at: datetime, anyway: Sequence[int] = ()) -> int:
    """A person confirms that these printed letters were posted on `on`; return how many moved. Constant statements.

    Letters that are not ready (cancelled, posted before) are left as they are; those of `anyway` left though they had
    been cancelled.
    """
    ready = Message.objects.to_print().filter(pk__in=list(message_ids))
    cancelled = Message.objects.filter(channel=Channel.POST, state=MessageState.CANCELLED, pk__in=list(anyway))
    ids = list((ready | cancelled).select_for_update(of=("self",)).values_list("pk", flat=True))
    Attempt.objects.bulk_create(
        Attempt(message_id=pk, started_at=at, ended_at=at, provider="post", result=AttemptResult.ACCEPTED) for pk in ids
    )
    moved = move(Message.objects.filter(pk__in=ids), MessageState.SENT, at=at, reason="", closed_at=None)
    tell(ids, "sent", at=at, by=by, details={"posted_on": on.isoformat()}, subject=SUBJECTS["posted"])
    return moved
