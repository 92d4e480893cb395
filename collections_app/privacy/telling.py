"""Purges in words."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collections_app.privacy.models import Purge

# Why a customer stays.
STAYS: dict[str, str | Promise] = {
    "open": _("something is owed"),
    "unapplied": _("money of his is not applied"),
    "hold": _("a suspension: dispute, plan, proceedings…"),
    "lawsuit": _("a legal action is pending"),
    "action": _("a task is open"),
    "message": _("a message has not left"),
    "request": _("a request of his waits for its answer"),
    "copy": _("a copy of his file is kept for him"),
    "retention": _("the retention period still runs"),
}
KINDS: dict[str, str | Promise] = {
    "customers": _("customers anonymised"),
    "messages": _("messages whose words go"),
    "replies": _("replies received erased"),
    "uploads": _("imported files and print batches erased"),
    "reports": _("reports of trials erased"),
}
PERIODS: dict[str, str | Promise] = {
    "customers": _("Customers"),
    "messages": _("Messages and replies"),
    "uploads": _("Imported files, rows refused, reports of trials"),
}
REFUSED: dict[str, str | Promise] = {
    "under_way": _("A purge of this entity is under way, or waits to be confirmed."),
    "no_period": _("The law of this entity says nothing of how long things are kept: nothing is purged."),
    "not_confirmed": _("What was typed is not the code of the entity: nothing was anonymised."),
    "over": _("This purge no longer waits to be confirmed: nothing was done."),
}


def numbers(purge: Purge) -> list[dict[str, Any]]:
    """Of each kind, what was found and what went."""
    return [{"label": label, "found": purge.found.get(kind, 0), "gone": purge.gone.get(kind, 0)}
            for kind, label in KINDS.items()]  # fmt: skip


def reasons(purge: Purge) -> list[dict[str, Any]]:
    """Why customers stay, and how many, in the order they are asked."""
    stays = purge.found.get("stays", {})
    return [{"label": label, "number": stays[why]} for why, label in STAYS.items() if why in stays]


def rules(purge: Purge) -> list[dict[str, Any]]:
    """By which periods."""
    return [{"label": label, **purge.rules[kind]} for kind, label in PERIODS.items() if kind in purge.rules]
