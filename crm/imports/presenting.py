"""An import in words: figures, changes, how the file was understood."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.core.formats import day, money
from crm.imports.errors import refusal_sentence, shares_told
from crm.imports.labels import FIELD_LABELS
from crm.imports.mapping import names_of
from crm.imports.models import Batch
from crm.receivables.models import MovementKind

FIGURES = {
    "rows_read": _("rows read"),
    "rows_rejected": _("rows rejected"),
    "customers": _("customers"),
    "invoices": _("invoices"),
    "credit_notes": _("credit notes"),
    "payments": _("payments"),
}
CHANGES = {
    "customers_new": _("new customers"),
    "customers_changed": _("customers changed"),
    "addresses_new": _("new addresses"),
    "invoices_new": _("new invoices and debits"),
    "credits_new": _("new payments and credit notes"),
    "allocated": _("payments allocated"),
    "movements_down": _("open amounts lowered (lettering, closing)"),
    "movements_up": _("open amounts raised (reopened, lettering undone)"),
    "due_dates_confirmed": _("due dates confirmed"),
    "due_dates_changed": _("due dates changed"),
    "labels_changed": _("labels changed"),
    "closing": _("items that are gone, closed"),
}
SAMPLES = {"new": _("new"), **dict(MovementKind.choices)}
SEPARATORS = {"\t": _("tabulation"), ";": ";", ",": ",", "|": "|", "": _("spreadsheet")}
PREFIXES = {"413": _("notes receivable"), "416": _("doubtful debtors"), "419": _("advances and credits")}


SUPPOSED = _("%(order)s: supposed, the file does not tell")
SUPPOSED_MARKS = {
    ",": _("comma (1.200 is one thousand two hundred)"),
    ".": _("point (1,200 is one thousand two hundred)"),
}


def mark_supposed(mark: str) -> str:
    """What is said of a column of amounts that do not tell their decimal mark, taken to be `mark`."""
    return str(SUPPOSED % {"order": SUPPOSED_MARKS[mark]})


def left_aside(reading: Mapping[str, Any]) -> list[str]:
    """Headers of a list, as it was understood, that nothing is read from."""
    read = set(reading.get("columns", {}).values())
    headers = reading.get("headers", [])
    return [name for header, name in zip(headers, names_of(headers), strict=True) if header and name not in read]


class Shown:
    """What the pages show of a batch."""

    def __init__(self, batch: Batch) -> None:
        self.batch, self.reading = batch, batch.changes.get("reading", {})

    @property
    def refusal(self) -> str:
        """Why it was refused or superseded, in the language of the reader."""
        return refusal_sentence(self.batch.refusal, self.batch.refusal_values)

    def figures(self) -> Iterator[tuple[Any, Any]]:
        """The file's own figures."""
        for name, label in FIGURES.items():
            if name in self.batch.figures:
                yield label, self.batch.figures[name]

    def remarks(self) -> int:
        """How much is told of rows that are taken."""
        return self.batch.errors.filter(taken=True).count()

    def open_amounts(self) -> list[str]:
        """Net open amounts, by currency."""
        amounts = self.batch.figures.get("open_amount", {})
        return [money(Decimal(amount), currency) for currency, amount in amounts.items()]

    def changes(self) -> list[tuple[Any, Any]]:
        """What changes in the entity; nothing when it says all that already."""
        return [(label, self.batch.changes[name]) for name, label in CHANGES.items() if self.batch.changes.get(name)]

    def closing(self) -> dict[str, str] | None:
        """What a complete list closes, with its shares."""
        changes = self.batch.changes
        return changes | shares_told(changes) if changes.get("closing") else None

    def older_list(self) -> dict[str, Any] | None:
        """A later complete list that is in the books: of which days both are, what this one opens again and closes."""
        found = self.batch.changes.get("older_list")
        if not found:
            return None
        return {**found, **{name: day(date.fromisoformat(found[name])) for name in ("as_of", "last")}}

    def long_terms(self) -> dict[str, Any] | None:
        """Invoices due later than the law allows: how many, the longest in days, documents, articles."""
        found = self.batch.changes.get("long_terms")
        if not found:
            return None
        articles = dict.fromkeys(limit["article"] for limit in found["limits"])
        return {**found, "numbers": ", ".join(found["numbers"]), "articles": " ; ".join(articles)}

    def early_dues(self) -> dict[str, Any] | None:
        """Invoices due before they are issued: how many, documents."""
        return self._numbered("early_dues")

    def known_otherwise(self) -> dict[str, Any] | None:
        """New invoices that the API brought already, as it seems: how many, documents."""
        return self._numbered("known_otherwise")

    def payments_unnamed(self) -> dict[str, Any] | None:
        """Payments that name an invoice that is not known: how many, documents."""
        return self._numbered("payments_unnamed")

    def accounts_as_names(self) -> dict[str, Any] | None:
        """New customers who are called by their accounts: how many, the first accounts."""
        return self.batch.changes.get("accounts_as_names")

    def other_company(self) -> dict[str, str] | None:
        """The SIREN a FEC is named for, where it is not that of the entity."""
        return self.batch.changes.get("other_company")

    def _numbered(self, name: str) -> dict[str, Any] | None:
        found = self.batch.changes.get(name)
        return {**found, "numbers": ", ".join(found["numbers"])} if found else None

    def samples(self) -> list[tuple[Any, str, str, str, str]]:
        """The largest of what would come and move: what, customer, document, day, amount."""
        return [
            (
                SAMPLES[row["kind"]],
                row["customer"],
                row["number"],
                day(date.fromisoformat(row["day"])),
                money(Decimal(row["amount"]), row["currency"]),
            )
            for row in self.batch.changes.get("samples", [])
        ]

    def period(self) -> tuple[str, str] | None:
        """First and last day of the entries of a FEC."""
        days = [self.reading.get(name) for name in ("first_on", "last_on")]
        return (day(date.fromisoformat(days[0])), day(date.fromisoformat(days[1]))) if all(days) else None

    def gone(self) -> dict[str, Any] | None:
        """Entries known of the same days that the file no longer has."""
        found = self.batch.changes.get("lines_gone")
        if not found:
            return None
        balance = money(Decimal(found["balance"]), self.batch.entity.currency)
        return {"lines": found["lines"], "balance": balance, "numbers": ", ".join(found["numbers"])}

    def format_supposed(self) -> bool:
        """Whether payments would have the same columns."""
        return bool(self.reading.get("format_supposed"))

    def separator(self) -> Any:
        """The sign between two columns."""
        return SEPARATORS.get(self.reading.get("separator", ""), "")

    def columns(self) -> list[tuple[Any, str, str, str]]:
        """Field, header, how its values look, how they are read."""
        shapes, orders = self.reading.get("shapes", {}), self.reading.get("orders", {})
        return [
            (FIELD_LABELS[name], header, " · ".join(shapes.get(name, {})), self._habit(name, orders))
            for name, header in self.reading.get("columns", {}).items()
        ]

    def left_aside(self) -> list[str]:
        """Headers of a list that nothing is read from."""
        return left_aside(self.reading)

    def _habit(self, name: str, orders: dict[str, str]) -> str:
        undecided = name in self.reading.get("undecided", [])
        if name in orders:
            order = _("month first") if orders[name] == "mdy" else _("day first")
            return str(SUPPOSED % {"order": order} if undecided else order)
        mark: str = self.reading.get("marks", {}).get(name, "")
        return mark_supposed(mark) if undecided else mark

    def apart(self) -> list[tuple[str, Any, int, str]]:
        """Accounts of a FEC that are not taken, with their balance."""
        currency = self.batch.entity.currency
        return [
            (row["prefix"], PREFIXES.get(row["prefix"], ""), row["lines"], money(Decimal(row["balance"]), currency))
            for row in self.reading.get("apart", [])
        ]
