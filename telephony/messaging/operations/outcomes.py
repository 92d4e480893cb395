"""What came of handing a message to its channel."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from telephony.core.channels import Accepted, Ambiguous, NotAllowed, NotConnected, Permanent, SendError, Temporary
from telephony.messaging.models import Attempt, AttemptResult, Message
from telephony.messaging.operations import ceilings
from telephony.messaging.operations.addresses import mark_invalid
from telephony.messaging.operations.moving import move, of, try_later
from telephony.messaging.operations.telling import tell
from telephony.messaging.states import MessageState

# Waits after a temporary failure; after the last one the message has failed.
RETRIES = [timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6), timedelta(hours=12)]


@transaction.atomic
def accepted(message: Message, attempt: Attempt, answer: Accepted, *, at: datetime) -> None:
    """The provider took it."""
    _do_not_wait_for_the_disk()
    # The lease may have expired meanwhile: "to verify" becomes "sent", since now we know.
    Attempt.objects.filter(pk=attempt.pk).update(
        result=AttemptResult.ACCEPTED, ended_at=at, provider=answer.provider, provider_id=answer.provider_id
    )
    # News of the provider may have been faster than this line, and told it.
    if move(of(message.pk), MessageState.SENT, at=at, reason=""):
        tell([message.pk], "sent", at=at)


def _do_not_wait_for_the_disk() -> None:
    """A broken server forgets at most the last result of this connection, since the next reservation waits for the
    disk: its message is then "to verify", as when the worker dies at this place."""
    with connection.cursor() as cursor:
        cursor.execute("set local synchronous_commit = off")


@transaction.atomic
def not_accepted(message: Message, attempt: Attempt, error: SendError, *, at: datetime) -> None:
    """It did not say yes: tried again later, failed, or to verify."""
    tries = message.attempts.exclude(result=AttemptResult.NO_ANSWER).count()
    result, target = _outcome(error, tries)
    ours = Attempt.objects.filter(pk=attempt.pk, result=AttemptResult.STARTED)
    if not ours.update(result=result, ended_at=at, error_code=error.code[:60], error_text=error.text):
        return  # the lease expired: the message is in a person's hands
    if message.counts_on and result is not AttemptResult.AMBIGUOUS:
        ceilings.give_back([message.pk])
    reason = error.text or error.code
    if target is MessageState.BLOCKED:
        reason = f"{error.code}: {reason}"  # gate and rule, as for the other gates
    if result is AttemptResult.NO_ANSWER:
        # Our own outage, and no fault of the message: it stays due, and is handed out again.
        move(of(message.pk), target, at=at, reason=reason[:200])
        return
    if target is MessageState.WAITING:
        try_later(message.pk, at + RETRIES[tries - 1], reason, at=at)
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
        case NotConnected():
            return AttemptResult.NO_ANSWER, MessageState.WAITING
        case Temporary():
            return AttemptResult.TEMPORARY, MessageState.WAITING if tries <= len(RETRIES) else MessageState.FAILED
        case _:
            return AttemptResult.PERMANENT, MessageState.FAILED
