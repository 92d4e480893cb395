"""Whose mails a person may open at the local provider."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from crm.accounts.queries import entities_of
from telephony.localmail.models import LocalMail


def mails_of(user: Any) -> QuerySet[LocalMail]:
    """Those sent from the address of his entities, and those written to him; an administrator sees all of them."""
    if user.is_superuser:
        return LocalMail.objects.all()
    senders = entities_of(user).exclude(sender_email="").values_list("sender_email", flat=True)
    own = Q(recipient__iexact=user.email) if user.email else Q(pk=None)
    return LocalMail.objects.filter(reduce(or_, map(_from, senders), own))


def _from(address: str) -> Q:
    return Q(sender__iexact=address) | Q(sender__iendswith=f"<{address}>")
