"""What deliveries teach about an address: it does not exist, or its owner does not want to be written to."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from crm.customers.models import Address
from telephony.messaging.models import Message


def _same_address(message: Message) -> QuerySet[Address]:
    """The address written to, and the same one at other customers of the entity: it is one mailbox."""
    same = Q(value=message.recipient, channel=message.channel, customer__entity=message.entity_id)
    return Address.objects.filter(same | Q(pk=message.address_id))


def mark_invalid(message: Message, *, reason: str, at: datetime) -> int:
    """The address does not work; its first date and reason stay. Return how many rows changed."""
    on = at.astimezone(ZoneInfo(message.entity.time_zone)).date()
    still_valid = _same_address(message).filter(invalid_since__isnull=True)
    return still_valid.update(invalid_since=on, invalid_reason=reason[:200])


def opt_out(message: Message, *, at: datetime) -> int:
    """Its owner refuses this channel at this address. Return how many rows changed."""
    return _same_address(message).filter(opted_out_at__isnull=True).update(opted_out_at=at)
