"""The link and the button at the foot of an e-mail."""

from datetime import datetime

from django.db import transaction

from telephony.messaging.models import Message
from telephony.messaging.operations.addresses import opt_out
from telephony.messaging.operations.telling import tell


@transaction.atomic
def unsubscribe(message: Message, *, at: datetime) -> None:
    """Whoever holds the token of the message asks not to be written to at its address; twice is harmless."""
    if opt_out(message, at=at):
        tell([message.pk], "unsubscribed", at=at)
