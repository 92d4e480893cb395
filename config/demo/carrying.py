"""The outbox of a past day of the demo: the same code as today's, but mail goes straight to the local provider."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.apps import apps

from crm.accounts.models import Entity, User
from crm.events.operations import deliver_waiting
from telephony.core.channels import channels
from telephony.messaging import operations
from telephony.messaging.models import Message


def carry_out(entity: Entity, *, by: User, at: datetime) -> None:
    """Send what is due, post the letters that are ready, and let the actions react."""
    due = Message.objects.filter(entity=entity).due(at).order_by("pk")
    with straight_to_the_local_provider(at):
        for message_id in list(due.values_list("pk", flat=True)):
            operations.send_one(message_id, at, durable=False)
    letters = Message.objects.to_print().filter(entity=entity).values_list("pk", flat=True)
    operations.mark_posted(list(letters), on=at.date(), by=by, at=at)
    deliver_waiting("actions", at=at)


@contextmanager
def straight_to_the_local_provider(at: datetime) -> Iterator[None]:
    """No web server runs yet: mail is handed over without the network. Where there is no local provider (a training
    entity in production) nothing leaves anyway."""
    if not apps.is_installed("telephony.localmail"):
        yield
        return
    from telephony.localmail.operations import deliver  # its model exists only where it is installed

    email = channels["email"]
    channels["email"] = replace(email, send=partial(deliver, at=at))
    try:
        yield
    finally:
        channels["email"] = email
