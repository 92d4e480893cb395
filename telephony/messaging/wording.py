"""Why a message waits, is to verify or was refused elsewhere, in the reader's words: reasons of the outbox itself."""

from django.utils.translation import gettext as _

from crm.customers.models import Channel


def ceiling(channel: str) -> str:
    """It is above the daily ceiling of its channel."""
    return _("Above the daily ceiling (%(channel)s): it waits for the following days.") % {
        "channel": Channel(channel).label
    }


def lease_expired(_detail: str) -> str:
    """Its worker is gone."""
    return _("Whoever was sending it stopped: nobody can tell whether it left.")


def elsewhere(detail: str) -> str:
    """Where it was sent on to it is refused."""
    address, _colon, said = detail.partition(": ")
    return _(
        "it was sent on to %(address)s, which refuses it (%(said)s). Nobody can tell whether it was read: ask the "
        "customer."
    ) % {"address": address, "said": said or "—"}
