"""Figures of performance in words: the value, or why there is none, and what it is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _, gettext_lazy

from collections_app.dashboards.charts import month_name
from collections_app.dashboards.performance import SALES_MONTHS, Ratio, Told
from crm.core import formats

NONE = "–"
TOO_SHORT, NOTHING = gettext_lazy("not enough history"), gettext_lazy("nothing to divide by")
BOOKS = gettext_lazy(
    "Source: the days of the books (invoices, credits and movements by the date they bear), tax included."
)
HOLDS = gettext_lazy("Source: suspensions of kind promise, in every currency.")


@dataclass(frozen=True)
class Card:
    """A headline figure. `value` is empty where there is none, and `why` says the reason."""

    name: str
    value: str
    why: str
    formula: str
    numbers: str
    source: str


@dataclass(frozen=True)
class Figures:
    """What the page says of the last month, and of each."""

    month: str
    cards: list[Card]
    heads: list[str]
    rows: list[tuple[str, list[tuple[str, str]]]]


def figures(told: Sequence[Told], currency: str) -> Figures | None:
    """All of it; nothing without a month."""
    if not told:
        return None
    heads, found = table(told, currency)
    return Figures(month_name(told[-1]), cards(told, currency), heads, found)


def days(value: Decimal | None) -> str:
    """`42,3 j`, or a dash."""
    return NONE if value is None else _("%(number)s d") % {"number": formats.number(round(value, 1))}


def share(value: Decimal | None) -> str:
    """`79,6 %`, or a dash."""
    return NONE if value is None else f"{formats.number(round(value * 100, 1))}{formats.WIDE}%"


def cards(told: Sequence[Told], currency: str) -> list[Card]:
    """Those of the last month."""
    last = told[-1]
    simple, best, cei = last.simple, last.best, last.effective
    return [
        _card(_("DSO, simple"), simple, days, _simple_formula(), _by_days(simple, currency), BOOKS),
        _counted(last, currency),
        _card(_("Best possible DSO"), best, days, _best_formula(), _by_days(best, currency), BOOKS),
        _delinquent(last),
        _card(_("Collection effectiveness (CEI)"), cei, share, _cei_formula(), _divided(cei, currency), BOOKS),
        _promises(last),
    ]


def _counted(last: Told, currency: str) -> Card:
    why = NOTHING if last.unsold else TOO_SHORT
    return _card_of(_("DSO, count-back"), last.counted, why, _counted_formula(), _left(last, currency), BOOKS)


def _delinquent(last: Told) -> Card:
    why = TOO_SHORT if last.simple is None or last.best is None else NOTHING
    formula = _("DSO, simple, less best possible DSO: by the same sales.")
    numbers = f"{days(_value(last.simple))} − {days(_value(last.best))}" if last.delinquent is not None else ""
    return _card_of(_("Average days delinquent"), last.delinquent, why, formula, numbers, BOOKS)


def _card(name: str, ratio: Ratio | None, write: Any, formula: str, numbers: str, source: Any) -> Card:
    value = ratio.value if ratio else None
    why = "" if value is not None else str(TOO_SHORT if ratio is None else NOTHING)
    return Card(name, "" if value is None else write(value), why, formula, numbers, str(source))


def _card_of(name: str, value: Decimal | None, why: Any, formula: str, numbers: str, source: Any) -> Card:
    if value is None:
        return Card(name, "", str(why), formula, numbers, str(source))
    return Card(name, days(value), "", formula, numbers, str(source))


def _promises(last: Told) -> Card:
    kept = last.promises
    why = "" if kept.matured else _("no promise came to its day")
    formula = _(
        "Promises for which all that was promised, or the amount that was, had come by their day, applied or not ÷ "
        "promises whose day came in the month; those taken back or lifted before are left out."
    )
    return Card(
        _("Promises kept"),
        share(kept.rate) if kept.matured else "",
        why,
        formula,
        f"{kept.kept} ÷ {kept.matured}",
        str(HOLDS),
    )


def _simple_formula() -> str:
    return _(
        "Receivables at the end of the month ÷ sales less credit notes of the last %(months)d months × days of these "
        "months. Receivables: open less unapplied money and credit notes."
    ) % {"months": SALES_MONTHS}


def _counted_formula() -> str:
    return _(
        "Sales less credit notes of the last months are taken off the receivables, newest first: a month taken whole "
        "adds its days, the last one its part of them."
    )


def _best_formula() -> str:
    return _(
        "What was not yet due at the end of the month, less the unapplied money that exceeds what was late ÷ sales "
        "less credit notes of the last %(months)d months × days of these months."
    ) % {"months": SALES_MONTHS}


def _cei_formula() -> str:
    return _(
        "(Receivables at the beginning of the month + its sales less credit notes − receivables at its end) ÷ (the "
        "same beginning and sales − what was not yet due at its end)."
    )


def _by_days(ratio: Ratio | None, currency: str) -> str:
    return f"{_divided(ratio, currency)} × {ratio.times}" if ratio else ""


def _divided(ratio: Ratio | None, currency: str) -> str:
    if ratio is None:
        return ""
    return f"{formats.money(ratio.numerator, currency)} ÷ {formats.money(ratio.denominator, currency)}"


def _left(last: Told, currency: str) -> str:
    return _("Receivables: %(amount)s") % {"amount": formats.money(last.month.receivables, currency)}


def table(told: Sequence[Told], currency: str) -> tuple[list[str], list[tuple[str, list[tuple[str, str]]]]]:
    """Heads, and a row a month, the last one first, each cell with its head."""
    heads = [
        _("Sales"), _("Credit notes"), _("Cash received"), _("No longer in the lists"), _("Invoices settled"),
        _("Receivables"), _("DSO, simple"), _("DSO, count-back"), _("Best possible DSO"), _("Average days delinquent"),
        _("CEI"), _("Promises kept"),
    ]  # fmt: skip
    return heads, [(month_name(one), list(zip(heads, _cells(one, currency), strict=True))) for one in reversed(told)]


def _cells(one: Told, currency: str) -> list[str]:
    month = one.month
    money = [
        formats.money(amount, currency) if amount else NONE
        for amount in (month.sales, month.credit_notes, month.cash, month.closed)
    ]
    kept = f"{one.promises.kept} / {one.promises.matured}" if one.promises.matured else NONE
    return [
        *money, formats.number(month.settled), formats.money(month.receivables, currency), days(_value(one.simple)),
        days(one.counted), days(_value(one.best)), days(one.delinquent), share(_value(one.effective)), kept,
    ]  # fmt: skip


def _value(ratio: Ratio | None) -> Decimal | None:
    return ratio.value if ratio else None
