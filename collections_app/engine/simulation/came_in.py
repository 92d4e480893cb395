"""What came in during a simulation, in sentences: payments apart from what else lowered or raised what is claimed."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _, ngettext

from crm.core import formats

Row = dict[str, Any]
# Each with what it is called for so many, and for which amount.
SAID: dict[str, Callable[[int], str]] = {
    "contact": lambda n: ngettext("%(number)d contact for %(amount)s", "%(number)d contacts for %(amount)s", n),
    "payment": lambda n: ngettext("%(number)d payment for %(amount)s", "%(number)d payments for %(amount)s", n),
    "invoice": lambda n: ngettext("%(number)d new invoice for %(amount)s", "%(number)d new invoices for %(amount)s", n),
    "credit_note": lambda n: ngettext(
        "%(number)d credit note for %(amount)s", "%(number)d credit notes for %(amount)s", n
    ),
    "other_credit": lambda n: ngettext(
        "%(number)d other credit for %(amount)s", "%(number)d other credits for %(amount)s", n
    ),
    "written_off": lambda n: ngettext("%(number)d write-off for %(amount)s", "%(number)d write-offs for %(amount)s", n),
    "closed_in_ledger": lambda n: ngettext(
        "%(number)d invoice the books closed or lowered without saying by what, for %(amount)s",
        "%(number)d invoices the books closed or lowered without saying by what, for %(amount)s",
        n,
    ),
    "adjusted": lambda n: ngettext(
        "%(number)d adjusted invoice for %(amount)s", "%(number)d adjusted invoices for %(amount)s", n
    ),
    "claimed_again": lambda n: ngettext(
        "%(number)d invoice claimed again or raised, for %(amount)s",
        "%(number)d invoices claimed again or raised, for %(amount)s",
        n,
    ),
    "credit_gone": lambda n: ngettext(
        "%(number)d payment or credit note refunded or closed in the books, for %(amount)s",
        "%(number)d payments or credit notes refunded or closed in the books, for %(amount)s",
        n,
    ),
    "applied": lambda n: ngettext("%(number)d invoice for %(amount)s", "%(number)d invoices for %(amount)s", n),
    "kept_back": lambda n: ngettext("%(number)d customer kept back", "%(number)d customers kept back", n),
}
RAISES = ("claimed_again", "credit_gone")


def came_in(found: Row, currency: str) -> list[str]:
    """Of one side of a report, in the currency of the entity."""
    if "changed" not in found:
        return [_all_together(found, currency)]
    born, changed = found["born"], found["changed"]
    invoiced = [{**born, "what": "invoice"}] if born["number"] else []
    applied = [row for row in changed if row["what"] == "applied"]
    raises = [row for row in changed if row["what"] in RAISES]
    lowers = [row for row in changed if row not in applied and row not in raises]
    said = [
        (_("That makes %(items)s."), [{**found["paid"], "what": "payment"}, *invoiced]),
        (_("Money received before and not applied is applied to %(items)s."), applied),
        (_("Besides payments, what is claimed was lowered by %(items)s."), lowers),
        (_("What is claimed was raised by %(items)s."), raises),
    ]
    return [sentence % {"items": _items(rows, currency)} for sentence, rows in said if rows]


def _all_together(found: Row, currency: str) -> str:
    """A report kept from before payments were told apart."""
    return _(
        "That makes %(number)d payments, credit notes and write-offs for %(amount)s, and %(invoices)d new invoices."
    ) % {
        "number": found["paid"]["movements"],
        "amount": formats.money(Decimal(found["paid"]["amount"]), currency),
        "invoices": found["born"]["invoices"],
    }


def no_rate(found: Row, books_in: str) -> list[str]:
    """What is in no amount of one side, a sentence for each currency."""
    return [
        _("No rate from %(currency)s to %(books_in)s is known for those days; in no amount: %(items)s.")
        % {"currency": currency, "books_in": books_in, "items": _items(rows, currency)}
        for currency, rows in groupby(found.get("no_rate", []), key=lambda row: row["currency"])
    ]


def _items(rows: Iterable[Row], currency: str) -> str:
    return ", ".join(
        SAID[row["what"]](row["number"]) % {"number": row["number"], "amount": _money(row, currency)} for row in rows
    )


def _money(row: Row, currency: str) -> str:
    """What no rate is known for has no amount; what did not happen is nothing."""
    amount = row["amount"] if row["number"] else 0
    return "—" if amount is None else formats.money(Decimal(amount), currency)
