"""What fills the places of a subject: kept as JSON, worded in the reader's language.

In JSON (also for those who write entries in SQL): a text or a number stands as it is, the rest is an object:
{"on": "2026-01-31"} a date, {"amount": "120.500", "currency": "EUR"} an amount, {"msgid": "dispute"} a text of ours
(and "with": what fills its own places),
{"said": "reason", "as": "opt_out: opt_out"} a code that an app above words (`sayings`); a list is what adds up.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from django.utils.translation import gettext

from crm.core.formats import day, money, number

# What is said -> its words, from the code kept; filled by the apps above when they are ready.
sayings: dict[str, Callable[[str], str]] = {}


class Money(NamedTuple):
    amount: Decimal
    currency: str


class Msgid(NamedTuple):
    """An English text of ours, translated when it is read; `params` fill its places, if it has any."""

    msgid: str
    params: Mapping[str, Any] = MappingProxyType({})


def _stored(value: Any) -> Any:
    match value:
        case Money(amount, currency):
            return {"amount": str(amount), "currency": currency}
        case Msgid(msgid, params):
            return {"msgid": msgid, "with": stored(params)} if params else {"msgid": msgid}
        case datetime():
            return {"on": value.date().isoformat()}
        case date():
            return {"on": value.isoformat()}
        case Decimal():
            return str(value)
        case list():
            return [_stored(each) for each in value]
        case _:
            return value


def stored(params: Mapping[str, Any]) -> dict[str, Any]:
    """`params` as the JSON kept in the entry."""
    return {name: _stored(value) for name, value in params.items()}


def _worded(value: Any) -> str:
    match value:
        case {"amount": amount, "currency": currency}:
            return money(Decimal(str(amount)), currency)
        case {"on": on}:
            return day(date.fromisoformat(on))
        case {"msgid": msgid}:
            return worded(msgid, value.get("with", {}))
        case {"said": what, "as": code}:
            return sayings[what](code) if what in sayings else str(code)
        case list():
            return " + ".join(_worded(each) for each in value)
        case bool() | None:
            return str(value)
        case int() | float():
            return number(Decimal(str(value)))
        case _:
            return str(value)


class _Places(dict[str, str]):
    """A place nobody filled shows its name: an old entry must stay readable after its wording changed."""

    def __missing__(self, name: str) -> str:
        return f"%({name})s"


def worded(subject: str, params: Mapping[str, Any]) -> str:
    """The subject in the active language, its places filled. Without params the text stands as it is written."""
    text = gettext(subject) if subject else ""
    if not params:
        return text
    return text % _Places({name: _worded(value) for name, value in params.items()})
