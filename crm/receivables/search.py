"""Finding a customer by what a person has at hand: a name, an account, an invoice, a telephone number, an address."""

import re
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from crm.accounts.models import Entity
from crm.core.identifiers import telephones
from crm.core.sql import statement
from crm.core.text import plain
from crm.customers.models import Channel, Customer
from crm.customers.reach import EVERYBODY, Reach

# Each way of searching stops here: a person who sees more rows than that types more letters.
MOST = 500
# How alike a name must be: at least the first; of long words the more, as one typing mistake spoils some five of their
# letter groups, however many there are.
LIKENESS, SPOILED = 0.6, 5
# What stands anywhere in a name is looked for by groups of three letters: of fewer there is none, and every name of the
# ledger would be read (1.5 s of 1,000,000). Two letters find what begins with them, and the word they are.
THREE_LETTERS = re.compile(r"\w{3}")
SEEN = "and c.entity_id = any(%(within)s)"
SEEN_IN_PART = f"""{SEEN} and (
    c.entity_id = any(%(whole)s) or c.team_id = any(%(teams)s) or c.collector_id = %(user)s)"""


def matching(words: str, reach: Reach = EVERYBODY) -> QuerySet[Customer]:
    """Customers within `reach` found by `words`; accents, capitals and small mistakes in the name do not matter."""
    return Customer.objects.filter(pk__in=found_by(words, reach))


def found_by(words: str, reach: Reach) -> list[int]:
    """Keys of the customers within `reach` found by `words`, in one statement, or two when nothing is like them."""
    params = _params(words.strip()) | _seen(reach)
    likeness = max(LIKENESS, 1 - SPOILED / (len(params["plain"]) + 2))
    found = _ask(reach, params | {"likeness": likeness})
    if not found and likeness > LIKENESS:
        found = _ask(reach, params | {"likeness": LIKENESS})
    return found


def exactly(words: str) -> list[str]:
    """The account, or the number of an invoice, that words may be."""
    words = words.strip()
    return [words, words.upper()]


def _ask(reach: Reach, params: dict[str, Any]) -> list[int]:
    """Each way looks within the reach before it stops, or the customers of others would hide one's own."""
    seen = "" if reach.everything else SEEN if reach.whole else SEEN_IN_PART
    with connection.cursor() as cursor:
        found = statement("crm.receivables", "matching").replace("/* seen */", seen)
        cursor.execute(found, params)
        return [key for (key,) in cursor.fetchall()]


def _seen(reach: Reach) -> dict[str, Any]:
    within = Entity.objects.values_list("pk", flat=True) if reach.everything else reach.within
    return {"within": list(within), "whole": list(reach.entities), "teams": list(reach.teams), "user": reach.user}


def _params(words: str) -> dict[str, Any]:
    name, compact = plain(words), words.replace(" ", "")
    literal = name.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    channels, addresses = _addresses(words)
    return {
        "most": MOST,
        "exact": exactly(words),
        "siren": compact[:9] if compact.isdigit() and len(compact) in (9, 14) else "",
        "channels": channels,
        "addresses": addresses,
        "plain": name,
        "beginning": f"{literal}%",
        "holding": f"%{literal}%" if THREE_LETTERS.search(name) else None,
    }


def _addresses(words: str) -> tuple[list[str], list[str]]:
    """The channels and the addresses that `words` may be; none when they look like no address."""
    if "@" in words:
        return [Channel.EMAIL], [words, words.lower()]
    return [Channel.PHONE, Channel.SMS], telephones(words)
