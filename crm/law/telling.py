"""The value of a rule in words, for who reads it and does not write it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from crm.core.formats import money
from crm.law.models import RateKind

CHANNELS: dict[str, str | Promise] = {
    "all": gettext_lazy("all channels together"),
    "email": gettext_lazy("e-mail"),
    "post": gettext_lazy("post"),
    "sms": gettext_lazy("SMS"),
    "phone": gettext_lazy("telephone"),
}
KEYS: dict[str, str | Promise] = {
    "blocks": gettext_lazy("stops dunning"),
    "days": gettext_lazy("days"),
    "declare_within_days": gettext_lazy("days to declare the claim"),
    "declare_within_months": gettext_lazy("months to declare the claim"),
    "delivery_days": gettext_lazy("days until it is received"),
    "demand": gettext_lazy("a demand is"),
    "end_of_month_days": gettext_lazy("days from the end of the month"),
    "forbidden": gettext_lazy("forbidden"),
    "from": gettext_lazy("counted from"),
    "holidays": gettext_lazy("also on public holidays"),
    "interrupted_by": gettext_lazy("interrupted by"),
    "least": gettext_lazy("years at least"),
    "maximum_days": gettext_lazy("days at most, where agreed"),
    "most": gettext_lazy("years at most"),
    "rate": gettext_lazy("rate"),
    "rate_of": gettext_lazy("rate in force on"),
    "required": gettext_lazy("required"),
    "times": gettext_lazy("times"),
    "words": gettext_lazy("words"),
    "years": gettext_lazy("years"),
}
WORDS: dict[str, str | Promise] = {
    **dict(RateKind.choices),
    "acknowledgement": gettext_lazy("a written acknowledgement"),
    "demand": gettext_lazy("a written demand"),
    "due_date": gettext_lazy("the due date"),
    "enforcement": gettext_lazy("an enforcement measure"),
    "first_day": gettext_lazy("the first day"),
    "formal_notice": gettext_lazy("the formal notice"),
    "lawsuit": gettext_lazy("a legal action"),
    "next_year": gettext_lazy("the year after"),
    "payment": gettext_lazy("a payment"),
    "refused": gettext_lazy("refused"),
    "todo": gettext_lazy("left to a person"),
}


def value_in_words(value: Mapping[str, Any]) -> list[str]:
    """One line for each thing a value says; what has no name here stays as it is written."""
    return list(_lines(dict(value)))


def _lines(value: dict[str, Any]) -> Iterator[str]:
    if "amount" in value:
        yield money(Decimal(value.pop("amount")), value.pop("currency"))
    for cap in value.pop("caps", []):
        yield _cap(cap)
    if isinstance(value.get("days"), dict):
        yield from _hours(value.pop("days"))
    for key, said in value.items():
        yield _("%(name)s: %(value)s") % {"name": KEYS.get(key, key), "value": _word(said)}


def _cap(cap: Mapping[str, Any]) -> str:
    text = ngettext(
        "%(maximum)s at most in %(days)s day (%(channel)s)", "%(maximum)s at most in %(days)s days (%(channel)s)",
        cap["days"],
    )  # fmt: skip
    return text % {**cap, "channel": CHANNELS[cap["channel"]]}


def _hours(days: Mapping[str, list[list[str]]]) -> Iterator[str]:
    for day, parts in sorted(days.items()):
        opened = ", ".join("–".join(part) for part in parts) or _("closed")
        yield _("%(name)s: %(value)s") % {"name": WEEKDAYS[int(day) - 1], "value": opened}


def _word(said: Any) -> str:
    if isinstance(said, bool):
        return _("yes") if said else _("no")
    if isinstance(said, list):
        return ", ".join(map(_word, said))
    return str(WORDS.get(said, said))
