"""Whose mails a person may open at the local provider."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from crm.accounts.models import Entity
from crm.accounts.queries import entities_of
from crm.customers.models import Address, Channel, Customer
from crm.customers.reach import reach_of
from telephony.localmail.models import LocalMail


def mails_of(user: Any) -> QuerySet[LocalMail]:
    """Those of his entities, those written to the customers he sees, and those written to him; an administrator sees
    all of them."""
    if user.is_superuser:
        return LocalMail.objects.all()
    own = Q(recipient__iexact=user.email) if user.email else Q(pk=None)
    partly = _sent_by(Entity.objects.filter(pk__in=reach_of(user).within)) & Q(recipient__in=_addresses(user))
    return LocalMail.objects.filter(own | _sent_by(entities_of(user)) | partly)


def _addresses(user: Any) -> QuerySet[Address, str]:
    seen = Address.objects.filter(channel=Channel.EMAIL, customer__in=Customer.objects.visible_to(user).values("pk"))
    return seen.values_list("value", flat=True)


def _sent_by(entities: QuerySet[Entity]) -> Q:
    senders = entities.exclude(sender_email="").values_list("sender_email", flat=True)
    return reduce(or_, map(_from, senders), Q(pk=None))


def _from(address: str) -> Q:
    return Q(sender__iexact=address) | Q(sender__iendswith=f"<{address}>")
