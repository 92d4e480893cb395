"""One message leaves: reserved in a transaction that checks everything again, then the network, then the result.

No lock is held during the network. A crash before the commit of the reservation leaves the message due; a crash after
it leaves a lease that expires into "to verify" (see outbox.expire_leases). Nothing is ever sent twice blindly.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from crm.accounts.queries import entity_of
from crm.core.crash import crash_point
from crm.core.remembering import remembering
from crm.core.waiting import waited_too_long
from crm.events.operations import waking_once
from telephony.core.channels import NotConnected, SendError, channels
from telephony.core.outgoing import NotBefore, NotSent, Prepared, Refused, Stale, prepare
from telephony.messaging.models import Attempt, Message, Withholding
from telephony.messaging.operations import ceilings
from telephony.messaging.operations.freezing import freeze
from telephony.messaging.operations.moving import move, of, try_later
from telephony.messaging.operations.outcomes import accepted, not_accepted
from telephony.messaging.operations.telling import tell
from telephony.messaging.outbound import outbound
from telephony.messaging.states import DUE_STATES, MessageState

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=settings.LEASE_S)  # longer than the longest network timeout
# Waits after an error in composing; after the last one a person is asked, who reads the error.
RECOMPOSED = [timedelta(minutes=30), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=12)]


@dataclass(frozen=True)
class Reservation:
    message: Message
    attempt: Attempt
    prepared: Prepared


def send_batch(ids: Sequence[int], *, clock: Callable[[], datetime]) -> None:
    """Send these messages, each reserved just before its own send, over one connection per channel.

    Who reacts to what became of them is woken once, at the end. When nobody answers on the other side the rest stays
    due, and is handed out again later.
    """
    with ExitStack() as sessions:
        sessions.enter_context(waking_once())
        sessions.enter_context(remembering())
        for channel in channels.values():
            sessions.enter_context(channel.session())
        for message_id in ids:
            if not _send(message_id, at=clock()):
                log.warning("channel_out_of_reach", message_id=message_id)
                return


def send_one(message_id: int, at: datetime, *, durable: bool = True) -> MessageState:
    """Send one message now if it is due and free; return the state it is left in.

    Safe to call from several places at once: a message another worker holds, or that is no longer due, is left alone.
    Must not be called inside a transaction (RuntimeError): the reservation has to be committed before the network.
    Only the made-up past of the demo, one transaction in which nothing leaves, says `durable=False`.
    """
    _send(message_id, at=at, durable=durable)
    return MessageState(of(message_id).values_list("state", flat=True).get())


def _send(message_id: int, *, at: datetime, durable: bool = True) -> bool:
    reservation = reserve(message_id, at=at, durable=durable)
    return reservation is None or carry(reservation, at=at)


def reserve(
    message_id: int, *, at: datetime, again: QuerySet[Message] | None = None, durable: bool = True
) -> Reservation | None:
    """Check everything again, freeze, and commit the intention; None when the message must not leave now.

    `again`: a letter already composed is checked and composed once more, as long as it is one of these.
    """
    states = DUE_STATES if again is None else (*DUE_STATES, MessageState.READY)
    due = of(message_id).filter(state__in=states, not_before_at__lte=at)
    rows = due.exclude(held_by__in=Withholding.objects.values("run")).annotate(most=ceilings.most_a_day()).order_by()
    with transaction.atomic(durable=durable):
        message = next(iter(rows.select_for_update(of=("self",), skip_locked=True)), None)
        # Asked once it is locked: who takes a letter to print locks it as well.
        if message is None or (again is not None and not again.filter(pk=message_id).exists()):
            return None
        message.entity = entity_of(message.entity_id)
        try:
            with transaction.atomic():
                return _reserve(message, message.most, at=at)
        except NotSent as answer:
            _keep_home(message, answer, at=at)
        except Exception as error:
            if waited_too_long(error):  # says nothing of the message; only a page does not wait
                raise
            # One message that cannot be composed must not stop those behind it.
            log.exception("message_not_composed", message_id=message_id)
            _not_composed(message, f"{type(error).__name__}: {error}", at=at)
    return None


def _not_composed(message: Message, error: str, *, at: datetime) -> None:
    """Tried again after a while, showing why; in the end handed back to who asked for it."""
    failures = message.compose_failures + 1
    reason, counted = f"composition: {error}"[:200], {"compose_failures": failures}
    if failures <= len(RECOMPOSED):
        try_later(message.pk, at + RECOMPOSED[failures - 1], reason, at=at, **counted)
    elif move(of(message.pk), MessageState.BLOCKED, at=at, reason=reason, **counted):
        tell([message.pk], "blocked", at=at, details={"gate": "composition", "rule": error[:200]})


class _AboveCeiling(NotBefore):
    """No place is left today of the `most` a day there are."""

    def __init__(self, message: Message, most: int, *, at: datetime) -> None:
        super().__init__(ceilings.next_day(message.entity, at), "ceiling", message.channel)
        self.most = most


def _reserve(message: Message, most: int | None, *, at: datetime) -> Reservation | None:
    """Below the ceiling of `most` a day, if there is one. Raises NotSent, which undoes what the preparer wrote."""
    if message.channel not in channels:
        raise Refused("channel", "not_connected")
    by_batch = channels[message.channel].by_batch  # where it takes its place
    if most is not None and not by_batch and ceilings.is_full(message, most, at=at):
        raise _AboveCeiling(message, most, at=at)
    prepared = prepare(message.origin, message.origin_id, at)
    if by_batch:
        move(of(message.pk), MessageState.READY, at=at, **freeze(message, prepared), reason="")
        return None
    message.counts_on = _place(message, most, at=at)
    frozen = freeze(message, prepared) | {"reason": "", "counts_on": message.counts_on}
    move(of(message.pk), MessageState.RESERVED, at=at, reserved_at=at, lease_until=at + LEASE, **frozen)
    reservation = Reservation(message, Attempt.objects.create(message=message, started_at=at), prepared)
    crash_point("outbox.composed")
    return reservation


def _place(message: Message, most: int | None, *, at: datetime) -> date | None:
    """The day it takes a place of; None without a ceiling. Raises _AboveCeiling."""
    if most is None:
        return None
    if taken_on := ceilings.take_place(message, most, at=at):
        return taken_on
    raise _AboveCeiling(message, most, at=at)


def _keep_home(message: Message, answer: NotSent, *, at: datetime) -> None:
    """Move the message where the answer of its preparer says."""
    match answer:
        case Stale():
            move(of(message.pk), MessageState.CANCELLED, at=at, reason=f"stale: {answer.reason}"[:200])
            tell([message.pk], "stale", at=at, details={"reason": answer.reason})
        case NotBefore():
            later = max(answer.at, at + timedelta(seconds=1))
            try_later(message.pk, later, f"{answer.gate}: {answer.rule}", at=at)
            if isinstance(answer, _AboveCeiling):
                ceilings.tell_full(message.entity, message.channel, answer.most, at=at)
        case Refused():
            move(of(message.pk), MessageState.BLOCKED, at=at, reason=f"{answer.gate}: {answer.rule}"[:200])
            tell([message.pk], "blocked", at=at, details={"gate": answer.gate, "rule": answer.rule})


def carry(reservation: Reservation, *, at: datetime) -> bool:
    """Hand the message to its channel and write down what came of it; False when nobody answered there."""
    crash_point("outbox.reserved")
    message, send = reservation.message, channels[reservation.message.channel].send
    if message.entity.training:  # which never changes (a trigger), so what was read with the message is true
        raise RuntimeError("Nothing ever leaves from a training entity.")
    if send is None:
        raise RuntimeError(f"The channel {message.channel} sends nothing by itself.")
    try:
        answer = send(outbound(message, reservation.prepared))
    except SendError as error:
        not_accepted(reservation.message, reservation.attempt, error, at=at)
        return not isinstance(error, NotConnected)
    crash_point("outbox.accepted")
    accepted(reservation.message, reservation.attempt, answer, at=at)
    return True
