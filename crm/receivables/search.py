"""Finding a customer by what a person has at hand: a name, an account, an invoice, a telephone number, an address."""

from collections.abc import Sequence
from typing import Any

import phonenumbers
from django.db.models import QuerySet

from crm.accounts.models import Entity
from crm.core.sql import rows
from crm.core.text import plain
from crm.customers.models import Channel, Customer

LEAST_DIGITS = 6
# Each way of searching stops here: a person who sees more rows than that types more letters.
MOST = 500
# How alike a name must be: at least the first; of long words the more, as one typing mistake spoils some five of their
# letter groups, however many there are.
LIKENESS, SPOILED = 0.6, 5


def matching(words: str, *, within: Sequence[int] | None = None) -> QuerySet[Customer]:
    """Customers found by `words`; accents, capitals and small typing mistakes in the name do not matter. `within`:
    keys of the entities looked into, all when it is left out."""
    return Customer.objects.filter(pk__in=found_by(words, within=within))


def found_by(words: str, *, within: Sequence[int] | None = None) -> list[int]:
    """Keys of the customers found by `words`, in one statement, or two when nothing is like them."""
    if within is None:
        within = list(Entity.objects.values_list("pk", flat=True))
    params = _params(words.strip(), within)
    likeness = max(LIKENESS, 1 - SPOILED / (len(params["plain"]) + 2))
    found = rows("crm.receivables", "matching", params | {"likeness": likeness})
    if not found and likeness > LIKENESS:
        found = rows("crm.receivables", "matching", params | {"likeness": LIKENESS})
    return [row["id"] for row in found]


def _params(words: str, within: Sequence[int]) -> dict[str, Any]:
    name, compact = plain(words), words.replace(" ", "")
    literal = name.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    channels, addresses = _addresses(words)
    return {
        "most": MOST,
        "within": list(within),
        "exact": [words, words.upper()],
        "siren": compact[:9] if compact.isdigit() and len(compact) in (9, 14) else "",
        "channels": channels,
        "addresses": addresses,
        "plain": name,
        "beginning": f"{literal}%",
        "holding": f"%{literal}%",
    }


def _addresses(words: str) -> tuple[list[str], list[str]]:
    """The channels and the addresses that `words` may be; none when they look like no address."""
    if "@" in words:
        return [Channel.EMAIL], [words, words.lower()]
    number = _telephone(words)
    return ([Channel.PHONE, Channel.SMS], [number]) if number else ([], [])


def _telephone(words: str, region: str = "FR") -> str:
    """The number in E.164, or nothing when `words` is no telephone number."""
    if sum(letter.isdigit() for letter in words) < LEAST_DIGITS:
        return ""
    try:
        number = phonenumbers.parse(words, region)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
