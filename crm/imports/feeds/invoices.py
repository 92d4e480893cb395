"""Invoices sent by another system."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _, gettext_noop
from psycopg.types.json import Jsonb

from crm.accounts.models import Entity, User
from crm.core import sql
from crm.core.currencies import rounded
from crm.core.rest.bulk import Row, Written, WrittenMeanwhile
from crm.customers.models import Customer
from crm.events.operations import emit_many
from crm.imports.feeds.instalments import parts_of, placed
from crm.imports.feeds.noting import note_feed
from crm.imports.turns import turn_of_a_feed
from crm.receivables.models import DueSource, Invoice, InvoiceKind

RECEIVED = gettext_noop("%(count)s invoices received through the API")
CHANGED = """
select %(entity)s::bigint as entity_id, customer_id, '{"what": "feed"}'::jsonb as payload
from unnest(%(customers)s::bigint[]) as customer_id
"""
Fault = tuple[int, str, str]


def feed_invoices(entity: Entity, rows: dict[int, Row], *, by: User | None, at: datetime) -> Written:
    """Add invoices by `external_id`, or change what may change of those known (number, due date, debt type, label).

    A payment of a list that waits for one of them names it from now on. A row that may not be written is a fault of its
    place. Seven statements for any number of rows. Raises WrittenMeanwhile.
    """
    customers = known_customers(entity, (row.get("customer") for row in rows.values()))
    known = _known(entity, rows)
    faults: list[Fault] = []
    lines: list[dict[str, Any]] = []
    for place, row in rows.items():
        found = known.get(row["external_id"], {})
        wrong = list(_refusals(entity, row, found, customers))
        faults += [(place, name, message) for name, message in wrong]
        lines += [] if wrong else _lines(entity, row, found, customers)
    return _write(entity, lines, faults, new=sum(line["external_id"] not in known for line in lines), by=by, at=at)


def known_customers(entity: Entity, external_ids: Iterable[str | None]) -> dict[str, int]:
    """Keys of the customers by their account; a merged customer stands for the one he was merged into, and so it stays
    until the end of the transaction."""
    turn_of_a_feed(entity)
    wanted = {external_id for external_id in external_ids if external_id}
    rows = Customer.objects.filter(entity=entity, external_id__in=wanted)
    return {
        external_id: merged or pk for external_id, pk, merged in rows.values_list("external_id", "pk", "merged_into_id")
    }


def tell_changed(entity: Entity, customers: Iterable[int], *, at: datetime) -> None:
    """Whoever keeps figures of these customers hears of it after the commit."""
    params = {"entity": entity.pk, "customers": sorted(set(customers))}
    emit_many("facts.changed", CHANGED, params, at=at)


def _known(entity: Entity, rows: dict[int, Row]) -> dict[str, dict[int, Invoice]]:
    ids = [row["external_id"] for row in rows.values()]
    known: dict[str, dict[int, Invoice]] = {}
    for invoice in Invoice.objects.filter(entity=entity, external_id__in=ids):
        known.setdefault(invoice.external_id, {})[invoice.installment] = invoice
    return known


def _refusals(
    entity: Entity, row: Row, found: dict[int, Invoice], customers: dict[str, int]
) -> Iterator[tuple[str, str]]:
    if "customer" in row and row["customer"] not in customers:
        yield "customer", _("No customer of this entity has this account.")
        return
    yield from _changes(row, found, customers) if found else _lacks(row)
    currency = row.get("currency", found[min(found)].currency if found else entity.currency)
    if any(part.amount is not None and part.amount != rounded(part.amount, currency) for part in parts_of(row)):
        yield "amount", _("It has more decimals than its currency.")
    yield from _early(row, found)


def _early(row: Row, found: dict[int, Invoice]) -> Iterator[tuple[str, str]]:
    """An invoice falls due on the day it is issued at the earliest; what is known otherwise may be sent again."""
    first = found[min(found)] if found else None
    issued_on = first.issued_on if first else row.get("issued_on")
    kind = first.kind if first else row.get("kind", InvoiceKind.INVOICE)
    for number, part in (placed(row, found) or {}).items():
        known = found.get(number)
        early = kind == InvoiceKind.INVOICE and part.due_on and issued_on and part.due_on < issued_on
        if early and (known is None or known.due_on != part.due_on):
            yield "installments" if row.get("installments") else "due_on", _("It falls due before it is issued.")
            return


def _lacks(row: Row) -> Iterator[tuple[str, str]]:
    needed = ["customer", "issued_on"] + ([] if row.get("installments") else ["amount"])
    yield from ((name, _("A new invoice needs it.")) for name in needed if name not in row)
    if placed(row, {}) is None:
        yield _numbers(row), _("Number the instalments of a new invoice from 1 on, or none of them.")


def _changes(row: Row, found: dict[int, Invoice], customers: dict[str, int]) -> Iterator[tuple[str, str]]:
    first = found[min(found)]
    if "customer" in row and customers[row["customer"]] != first.customer_id:
        yield "customer", _("It never changes once the invoice is known.")
    for name in ("currency", "kind", "issued_on"):
        if row.get(name, getattr(first, name)) != getattr(first, name):
            yield name, _("It never changes once the invoice is known.")
    if placed(row, found) is None:
        yield _misplaced(row, found)


def _misplaced(row: Row, found: dict[int, Invoice]) -> tuple[str, str]:
    """Why its instalments are not those of the invoice."""
    parts, told = parts_of(row), {row["installment"]} if "installment" in row else set(found)
    amounts = [part.amount for part in parts if part.amount is not None]
    if told <= set(found) and amounts and sorted(amounts) != sorted(found[number].amount for number in told):
        return "amount", _("The amount of a known invoice never changes: send a credit note, or another invoice.")
    if "installment" in row or row.get("installments"):
        return _numbers(row), _("The invoice has no instalment of this number and amount.")
    several = _("The invoice has %(count)s instalments: say which one in `installment`, or send all of them.")
    return "due_on", several % {"count": len(found)}


def _numbers(row: Row) -> str:
    return "installments" if row.get("installments") else "installment"


def _lines(entity: Entity, row: Row, found: dict[int, Invoice], customers: dict[str, int]) -> Iterator[dict[str, Any]]:
    for installment, part in (placed(row, found) or {}).items():
        due_on = part.due_on
        line = {name: row.get(name) for name in ("external_id", "number", "kind", "debt_type", "label")}
        issued_on = row.get("issued_on")
        guessed = due_on is None and not found
        if guessed and issued_on:
            due_on = issued_on + timedelta(days=entity.default_terms_days)
        yield line | {
            "installment": installment,
            "customer_id": customers.get(row.get("customer", "")),
            "issued_on": issued_on and issued_on.isoformat(),
            "due_on": due_on and due_on.isoformat(),
            "due_on_source": DueSource.GUESSED if guessed else DueSource.FILE,
            "currency": row.get("currency", entity.currency),
            "amount": None if part.amount is None else str(part.amount),
        }


def _write(
    entity: Entity, lines: list[dict[str, Any]], faults: list[Fault], *, new: int, by: User | None, at: datetime
) -> Written:
    params = {"entity": entity.pk, "rows": Jsonb(lines), "by": by.pk if by else None, "at": at, "subject": RECEIVED}
    written = sql.rows("crm.imports", "feed_invoices", params)
    if sum(row["added"] for row in written) != new:
        raise WrittenMeanwhile
    if lines:
        note_feed(entity, at=at)
    if written:
        came = {"entity": entity.pk, "external_ids": [row["external_id"] for row in written]}
        sql.run("crm.imports", "feed_payments_waiting", came)
        tell_changed(entity, (row["customer_id"] for row in written), at=at)
    created = sum(row["created"] for row in written)
    asked = len({line["external_id"] for line in lines})
    return Written(created, len(written) - created, asked - len(written), faults)
