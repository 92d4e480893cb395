"""Payments and credit notes sent by another system, with the invoices they were applied to."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _, gettext_noop
from psycopg.types.json import Jsonb

from crm.accounts.models import Entity, User
from crm.core import sql
from crm.core.currencies import rounded
from crm.core.formats import money
from crm.core.rest.bulk import Row, Written, WrittenMeanwhile
from crm.imports.days import AFTER_TOMORROW, last_day
from crm.imports.feeds.invoices import known_customers, tell_changed
from crm.imports.feeds.noting import note_feed
from crm.receivables.models import Credit, Invoice, Movement

RECEIVED = gettext_noop("%(count)s payments received through the API")
Fault = tuple[int, str, str]


class Books:
    """What the rows name, read once: customers, invoices (locked), credits known, and what stays open on invoices."""

    def __init__(self, entity: Entity, rows: dict[int, Row], *, at: datetime) -> None:
        self.entity, self.last_day = entity, last_day(entity, at)
        self.customers = known_customers(entity, (row.get("customer") for row in rows.values()))
        named = {name for row in rows.values() for name, *_rest in _named(row)}
        invoices = Invoice.objects.filter(entity=entity, external_id__in=named).order_by("pk")
        self.invoices = {
            (invoice.external_id, invoice.installment): invoice for invoice in invoices.select_for_update(no_key=True)
        }
        # After the lock: whoever held it may have written the same payments.
        ids = [row["external_id"] for row in rows.values()]
        self.credits = {
            credit.external_id: credit for credit in Credit.objects.filter(entity=entity, external_id__in=ids)
        }
        self.left = {invoice.pk: invoice.open_amount for invoice in self.invoices.values()}
        self.applied = self._applied(row["external_id"] for row in rows.values() if row.get("allocations"))

    def _applied(self, external_ids: Iterable[str]) -> dict[tuple[int, int], Decimal]:
        """What is applied of known credits, by credit and invoice."""
        credits = [self.credits[external_id].pk for external_id in external_ids if external_id in self.credits]
        if not credits:
            return {}
        moved = Movement.objects.filter(credit__in=credits, invoice__isnull=False).values_list("credit", "invoice")
        return {(credit, invoice): -amount for credit, invoice, amount in moved.annotate(Sum("amount"))}


def feed_credits(entity: Entity, rows: dict[int, Row], *, by: User | None, at: datetime) -> Written:
    """Add payments by `external_id` with their allocations; of a known one, number, label and the invoice it names.

    Allocations are made when the payment is new: sent again it applies nothing twice, and more than stands is a
    fault. A row that may not be written is a fault of its place. Nine statements for any number of rows (ten if known
    ones have allocations) in a transaction. Raises WrittenMeanwhile.
    """
    books = Books(entity, rows, at=at)
    faults: list[Fault] = []
    good: list[Row] = []
    for place, row in rows.items():
        wrong = list(_refusals(row, books))
        faults += [(place, name, message) for name, message in wrong]
        if not wrong:
            good.append(row)
            _take(row, books)
    params = {
        "entity": entity.pk,
        "rows": Jsonb([_line(row, books) for row in good]),
        "by": by.pk if by else None,
        "at": at,
        "subject": RECEIVED,
    }
    written = sql.rows("crm.imports", "feed_credits", params)
    new = {row["external_id"]: row["id"] for row in written if row["created"]}
    if new.keys() != {row["external_id"] for row in good} - books.credits.keys():
        raise WrittenMeanwhile
    if good:
        note_feed(entity, at=at)
    _allocate(good, new, books, by=by, at=at)
    if written:
        tell_changed(entity, (row["customer_id"] for row in written), at=at)
    return Written(len(new), len(written) - len(new), len(good) - len(written), faults)


def _named(row: Row) -> Iterator[tuple[str, int, Decimal | None]]:
    """(external id, instalment, amount) of each invoice a row speaks of."""
    if row.get("invoice"):
        yield row["invoice"], 1, None
    for part in row.get("allocations", []):
        yield part["invoice"], part.get("installment", 1), part["amount"]


def _refusals(row: Row, books: Books) -> Iterator[tuple[str, str]]:
    known = books.credits.get(row["external_id"])
    if known is None:
        needed = ("customer", "received_on", "amount")
        yield from ((name, _("A new payment needs it.")) for name in needed if name not in row)
        if row.get("received_on", books.last_day) > books.last_day:
            yield "received_on", _(AFTER_TOMORROW)
    if "customer" in row and row["customer"] not in books.customers:
        yield "customer", _("No customer of this entity has this account.")
        return
    currency = row.get("currency", known.currency if known else books.entity.currency)
    if "amount" in row and row["amount"] != rounded(row["amount"], currency):
        yield "amount", _("It has more decimals than its currency.")
    if known is not None:
        yield from _changes(row, known, books)
    owner = known.customer_id if known else books.customers.get(row.get("customer", ""))
    yield from _wrong_invoices(row, owner, currency, books, applied=known is None)


def _changes(row: Row, known: Credit, books: Books) -> Iterator[tuple[str, str]]:
    fixed = {name: getattr(known, name) for name in ("amount", "currency", "received_on", "kind")}
    for name, value in fixed.items():
        if row.get(name, value) != value:
            yield name, _("It never changes once the payment is known.")
    if "customer" in row and books.customers[row["customer"]] != known.customer_id:
        yield "customer", _("It never changes once the payment is known.")


def _wrong_invoices(
    row: Row, owner: int | None, currency: str, books: Books, *, applied: bool
) -> Iterator[tuple[str, str]]:
    total, wanted = Decimal(0), dict.fromkeys(books.left, Decimal(0))
    for external_id, installment, amount in _named(row):
        field = "invoice" if amount is None else "allocations"
        invoice = books.invoices.get((external_id, installment))
        if invoice is None or invoice.customer_id != owner or invoice.currency != currency:
            message = _("%(invoice)s is not an invoice of this customer in this currency.")
            yield field, message % {"invoice": external_id}
        elif amount is not None and not applied:
            wanted[invoice.pk] += amount
            if wanted[invoice.pk] > books.applied.get((books.credits[row["external_id"]].pk, invoice.pk), 0):
                message = _(
                    "The payment is known, and this is not applied to %(invoice)s: it is taken with a new one only."
                )
                yield field, message % {"invoice": external_id}
        elif amount is not None:
            total += amount
            wanted[invoice.pk] += amount
            if amount != rounded(amount, currency):
                yield field, _("It has more decimals than its currency.")
            if wanted[invoice.pk] > books.left[invoice.pk]:
                message = _("Only %(left)s is left to pay on %(invoice)s.")
                yield field, message % {"left": money(books.left[invoice.pk], currency), "invoice": external_id}
    if applied and total > row.get("amount", total):
        yield "allocations", _("More is applied than was received.")


def _take(row: Row, books: Books) -> None:
    """What a row applies is no longer there for the next ones."""
    if row["external_id"] not in books.credits:
        for external_id, installment, amount in _named(row):
            books.left[books.invoices[external_id, installment].pk] -= amount or Decimal(0)


def _line(row: Row, books: Books) -> dict[str, Any]:
    named = books.invoices.get((row.get("invoice", ""), 1))
    received_on = row.get("received_on")
    return {name: row.get(name) for name in ("external_id", "number", "kind", "label")} | {
        "customer_id": books.customers.get(row.get("customer", "")),
        "received_on": received_on and received_on.isoformat(),
        "currency": row.get("currency", books.entity.currency),
        "amount": None if row.get("amount") is None else str(row["amount"]),
        "names_invoice_id": named.pk if named else None,
    }


def _allocate(rows: list[Row], new: dict[str, int], books: Books, *, by: User | None, at: datetime) -> None:
    parts = [
        (books.invoices[external_id, installment].pk, new[row["external_id"]], amount, row["received_on"])
        for row in rows
        if row["external_id"] in new
        for external_id, installment, amount in _named(row)
        if amount is not None
    ]
    if parts:
        invoices, credits, amounts, dates = map(list, zip(*parts, strict=True))
        params = {"invoices": invoices, "credits": credits, "amounts": amounts, "dates": dates}
        sql.run("crm.imports", "feed_allocations", params | {"by": by.pk if by else None, "at": at})
