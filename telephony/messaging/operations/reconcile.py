"""A person found out what became of a message nobody could tell about."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from telephony.messaging.models import AttemptResult, Message
from telephony.messaging.operations import ceilings
from telephony.messaging.operations.moving import move, of
from telephony.messaging.operations.telling import tell
from telephony.messaging.states import MessageState


class AlreadySettled(Exception):
    """The message is no longer to verify: its provider, or somebody else, said what became of it."""

    def __init__(self, message: Message) -> None:
        super().__init__(_("Message %(id)s is not to verify (any more).") % {"id": message.pk})


@transaction.atomic
def reconcile(message: Message, *, sent: bool, by: User, at: datetime, note: str = "") -> None:
    """`sent`: it left. Otherwise it did not: it goes back to the outbox, where balance and gates are checked again.

    Raises AlreadySettled when the message is not "to verify".
    """
    target = MessageState.SENT if sent else MessageState.PLANNED
    values = {"reason": note[:200]} | ({} if sent else {"not_before_at": at, "handed_until": None})
    if not move(of(message.pk).filter(state=MessageState.AMBIGUOUS), target, at=at, **values):
        raise AlreadySettled(message)
    if sent:
        tell([message.pk], "sent", at=at, by=by, details={"reconciled": True})
        return
    ceilings.give_back([message.pk])
    message.attempts.filter(result=AttemptResult.AMBIGUOUS).update(result=AttemptResult.NOT_SENT)
