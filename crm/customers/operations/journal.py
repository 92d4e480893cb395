"""Telling the timeline and the groups that a customer changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from crm.accounts.models import User
from crm.customers.models import Channel, Customer
from crm.customers.registry import journals
from crm.events.operations import emit

CHANGE = "change"
CHANGED_BY_HAND = gettext_noop("Changed by hand: %(fields)s")
# The labels of Channel as msgids: what is written today is read in another language tomorrow.
CHANNELS: dict[str, str] = {
    Channel.EMAIL: gettext_noop("e-mail"),
    Channel.POST: gettext_noop("letter"),
    Channel.SMS: gettext_noop("SMS"),
    Channel.PHONE: gettext_noop("call"),
}


def tell(
    customer: Customer,
    subject: str,
    params: Mapping[str, Any],
    *,
    text: str = "",
    by: User | None,
    at: datetime,
) -> None:
    """Write a change in the timeline, and wake whoever keeps figures of the customer."""
    for journal in journals:
        journal(customer, CHANGE, subject, params=params, text=text, by=by, at=at)
    payload = {"what": "customer"}
    emit("facts.changed", entity_id=customer.entity_id, customer_id=customer.pk, payload=payload, at=at)
