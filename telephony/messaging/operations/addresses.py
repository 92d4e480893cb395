"""What deliveries teach about an address: it does not exist, or its owner does not want to be written to."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from crm.customers import operations as customers
from crm.customers.models import Address, Channel
from telephony.messaging.models import Message


def _same_address(message: Message) -> QuerySet[Address]:
    """The address written to, wherever it is on file in the entity: it is one mailbox. The row it was taken from may
    name another since."""
    # A message queued before addresses had one form names it as it was typed.
    stored = message.recipient.lower() if message.channel == Channel.EMAIL else message.recipient
    same = Address.objects.filter(value=stored, channel=message.channel, customer__entity=message.entity_id)
    return same.select_related("customer").order_by("pk").select_for_update(of=("self",))


def mark_invalid(message: Message, *, reason: str, at: datetime) -> int:
    """The address does not work; its first date and reason stay. Return how many rows changed."""
    on = at.astimezone(ZoneInfo(message.entity.time_zone)).date()
    return sum(
        customers.mark_invalid(address, on=on, reason=reason, by=None, at=at) for address in _same_address(message)
    )


def opt_out(message: Message, *, at: datetime) -> int:
    """Its owner refuses this channel at this address. Return how many rows changed."""
    return sum(customers.opt_out(address, by=None, at=at) for address in _same_address(message))
