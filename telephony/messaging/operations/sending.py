"""One message leaves: reserved in a transaction that checks everything again, then the network, then the result.

No lock is held during the network. A crash before the commit of the reservation leaves the message due; a crash after
it leaves a lease that expires into "to verify" (see outbox.expire_leases). Nothing is ever sent twice blindly.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from crm.core.crash import crash_point
from telephony.core.channels import Accepted, Ambiguous, NotAllowed, Permanent, SendError, Temporary, channels
from telephony.core.outgoing import NotBefore, Prepared, Refused, Stale, prepare
from telephony.messaging.models import Attempt, AttemptResult, Message, Withholding
from telephony.messaging.operations import ceilings
from telephony.messaging.operations.addresses import mark_invalid
from telephony.messaging.operations.freezing import freeze
from telephony.messaging.operations.moving import move, of
from telephony.messaging.operations.telling import tell
from telephony.messaging.outbound import outbound
from telephony.messaging.states import DUE_STATES, MessageState

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=10)  # longer than the longest network timeout
# Waits after an error in composing; after the last one a person is asked, who reads the error.
RECOMPOSED = [timedelta(minutes=30), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=12)]
# Waits after a temporary failure; after the last one the message has failed.
RETRIES = [timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6), timedelta(hours=12)]


@dataclass(frozen=True)
class Reservation:
    message: Message
    attempt: Attempt
    prepared: Prepared


def send_one(message_id: int, at: datetime, *, durable: bool = True) -> MessageState:
    """Send one message now if it is due and free; return the state it is left in.

    Safe to call from several places at once: a message another worker holds, or that is no longer due, is left alone.
    Must not be called inside a transaction (RuntimeError): the reservation has to be committed before the network.
    Only the made-up past of the demo, one transaction in which nothing leaves, says `durable=False`.
    """
    reservation = reserve(message_id, at=at, durable=durable)
    if reservation is not None:
        carry(reservation, at=at)
    return MessageState(of(message_id).values_list("state", flat=True).get())


def reserve(message_id: int, *, at: datetime, again: bool = False, durable: bool = True) -> Reservation | None:
    """Check everything again, freeze, and commit the intention; None when the message must not leave now.

    `again`: a letter already composed is checked and composed once more.
    """
    states = (*DUE_STATES, MessageState.READY) if again else DUE_STATES
    due = of(message_id).filter(state__in=states, not_before_at__lte=at)
    rows = due.exclude(held_by__in=Withholding.objects.values("run")).select_related("entity")
    with transaction.atomic(durable=durable):
        message = rows.select_for_update(skip_locked=True, of=("self",)).first()
        if message is None:
            return None
        try:
            with transaction.atomic():
                return _reserve(message, at=at)
        except Exception as error:
            # One message that cannot be composed must not stop those behind it.
            log.exception("message_not_composed", message_id=message_id)
            _not_composed(message, f"{type(error).__name__}: {error}", at=at)
            return None


def _not_composed(message: Message, error: str, *, at: datetime) -> None:
    """Tried again after a while, showing why; in the end handed back to who asked for it."""
    failures = message.compose_failures + 1
    reason, counted = f"composition: {error}"[:200], {"compose_failures": failures}
    if failures <= len(RECOMPOSED):
        _try_later(message.pk, at + RECOMPOSED[failures - 1], reason, at=at, **counted)
    elif move(of(message.pk), MessageState.BLOCKED, at=at, reason=reason, **counted):
        tell([message.pk], "blocked", at=at, details={"gate": "composition", "rule": error[:200]})


def _reserve(message: Message, *, at: datetime) -> Reservation | None:
    counted = message.state == MessageState.READY  # it took its place when it was composed
    if not counted and ceilings.is_full(message, at=at):
        _wait_for_tomorrow(message, at=at)
        return None
    prepared = _prepared(message, at=at)
    if prepared is None:
        return None
    if not counted and not ceilings.take_place(message, at=at):
        _wait_for_tomorrow(message, at=at)
        return None
    frozen = freeze(message, prepared) | {"reason": ""}
    if channels[message.channel].by_batch:
        move(of(message.pk), MessageState.READY, at=at, **frozen)
        return None
    move(of(message.pk), MessageState.RESERVED, at=at, reserved_at=at, lease_until=at + LEASE, **frozen)
    reservation = Reservation(message, Attempt.objects.create(message=message, started_at=at), prepared)
    crash_point("outbox.composed")
    return reservation


def _wait_for_tomorrow(message: Message, *, at: datetime) -> None:
    tomorrow = ceilings.next_day(message.entity, at)
    _try_later(message.pk, tomorrow, f"ceiling: {message.channel}", at=at)
    ceilings.tell_full(message.entity, message.channel, at=at)


def _prepared(message: Message, *, at: datetime) -> Prepared | None:
    """What to write, or None after having moved the message where the refusal says."""
    try:
        if message.channel not in channels:
            raise Refused("channel", "not_connected")
        with transaction.atomic():
            return prepare(message.origin, message.origin_id, at)
    except Stale as stale:
        move(of(message.pk), MessageState.CANCELLED, at=at, reason=f"stale: {stale.reason}"[:200])
        tell([message.pk], "stale", at=at, details={"reason": stale.reason})
    except NotBefore as wait:
        _try_later(message.pk, max(wait.at, at + timedelta(seconds=1)), f"{wait.gate}: {wait.rule}", at=at)
    except Refused as refusal:
        move(of(message.pk), MessageState.BLOCKED, at=at, reason=f"{refusal.gate}: {refusal.rule}"[:200])
        tell([message.pk], "blocked", at=at, details={"gate": refusal.gate, "rule": refusal.rule})
    return None


def _try_later(message_id: int, later: datetime, reason: str, *, at: datetime, **values: int) -> None:
    waits = {"not_before_at": later, "reason": reason[:200], "handed_until": None}
    move(of(message_id), MessageState.WAITING, at=at, **waits, **values)


def carry(reservation: Reservation, *, at: datetime) -> None:
    """Hand the message to its channel and write down what came of it."""
    crash_point("outbox.reserved")
    message, send = reservation.message, channels[reservation.message.channel].send
    if message.entity.training:  # which never changes (a trigger), so what was read with the message is true
        raise RuntimeError("Nothing ever leaves from a training entity.")
    if send is None:
        raise RuntimeError(f"The channel {message.channel} sends nothing by itself.")
    try:
        accepted = send(outbound(message, reservation.prepared))
    except SendError as error:
        _not_accepted(reservation, error, at=at)
    else:
        crash_point("outbox.accepted")
        _accepted(reservation, accepted, at=at)


@transaction.atomic
def _accepted(reservation: Reservation, accepted: Accepted, *, at: datetime) -> None:
    # The lease may have expired meanwhile: "to verify" becomes "sent", since now we know.
    Attempt.objects.filter(pk=reservation.attempt.pk).update(
        result=AttemptResult.ACCEPTED, ended_at=at, provider=accepted.provider, provider_id=accepted.provider_id
    )
    # News of the provider may have been faster than this line, and told it.
    if move(of(reservation.message.pk), MessageState.SENT, at=at, reason=""):
        tell([reservation.message.pk], "sent", at=at)


@transaction.atomic
def _not_accepted(reservation: Reservation, error: SendError, *, at: datetime) -> None:
    tries = reservation.message.attempts.count()
    result, target = _outcome(error, tries)
    ours = Attempt.objects.filter(pk=reservation.attempt.pk, result=AttemptResult.STARTED)
    if not ours.update(result=result, ended_at=at, error_code=error.code[:60], error_text=error.text):
        return  # the lease expired: the message is in a person's hands
    message, reason = reservation.message, error.text or error.code
    if target is MessageState.BLOCKED:
        reason = f"{error.code}: {reason}"  # gate and rule, as for the other gates
    if target is MessageState.WAITING:
        ceilings.give_back(message, at=reservation.attempt.started_at)
        _try_later(message.pk, at + RETRIES[tries - 1], reason, at=at)
        return
    bad_address = isinstance(error, Permanent) and error.bad_address
    if bad_address:
        mark_invalid(message, reason=reason, at=at)
    if move(of(message.pk), target, at=at, reason=reason[:200]):
        tell([message.pk], str(target), at=at, details={"error": error.code, "bad_address": bad_address})


def _outcome(error: SendError, tries: int) -> tuple[AttemptResult, MessageState]:
    match error:
        case Ambiguous():
            return AttemptResult.AMBIGUOUS, MessageState.AMBIGUOUS
        case NotAllowed():
            return AttemptResult.PERMANENT, MessageState.BLOCKED
        case Temporary():
            return AttemptResult.TEMPORARY, MessageState.WAITING if tries <= len(RETRIES) else MessageState.FAILED
        case _:
            return AttemptResult.PERMANENT, MessageState.FAILED
