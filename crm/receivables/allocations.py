"""What a payment or credit note is applied to, said as a whole: the ledger is moved to it, and not at all where it says
so already."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from crm.accounts.models import User
from crm.core.sql import run
from crm.receivables import wording
from crm.receivables.exceptions import AppliedByAFile, MoreThanOpen, OtherCurrency, OtherCustomer
from crm.receivables.models import Credit, Invoice, Movement, MovementKind
from crm.receivables.operations import changed, checked
from crm.timeline.models import Entry, EntryKind
from crm.timeline.operations import entry
from crm.timeline.params import Money


@dataclass
class Applied:
    """Of one invoice: what of the credit is applied to it, and the movements that say so and stand."""

    amount: Decimal
    standing: list[Movement]


def applied(credit: Credit) -> dict[int, Decimal]:
    """By key of an invoice, how much of a credit is applied to it; one query."""
    moved = Movement.objects.filter(credit=credit, invoice__isnull=False).values_list("invoice").annotate(Sum("amount"))
    return {invoice: -amount for invoice, amount in moved.order_by("invoice") if amount}


@transaction.atomic
def set_allocations(
    credit: Credit, wished: Mapping[Invoice, Decimal], *, reason: str = "", by: User | None = None, at: datetime
) -> bool:
    """Apply a credit to these invoices, so much to each, and to nothing else; whether anything had to move.

    Where more is applied than wished, the allocations that stand are undone, the last one first, on their own day, and
    what is left of them is applied anew, from the day the money and the invoice are both there. Ten statements for any
    number of invoices. What a file brought is not taken back: the next one would not know. Raises InvalidAmount,
    OtherCustomer, OtherCurrency, MoreThanOpen, AppliedByAFile.
    """
    for invoice, amount in wished.items():
        _check_named(invoice, credit)
        checked(amount, credit.currency)
    # Invoices before credits, in the order of their keys, as everywhere.
    keys = {invoice.pk for invoice in wished} | applied(credit).keys()
    locked = Invoice.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True).in_bulk()
    now = Credit.objects.select_for_update(no_key=True, of=("self",)).select_related("customer").get(pk=credit.pk)
    present = _present(now)
    wanted = {invoice.pk: amount for invoice, amount in wished.items()}
    undone, given = _moves(present, wanted)
    if not undone and not given:
        return False
    _check_room(now, locked, present, wanted)
    days = [max(now.received_on, locked[key].issued_on) for key in given]
    params = {"undone": [movement.pk for movement in undone], "invoices": list(given), "amounts": list(given.values())}
    params |= {"days": days, "credit": now.pk, "at": at, "by": by.pk if by else None, "reason": reason}
    run("crm.receivables", "apply", params)
    _tell(now, undone, [(locked[key], amount) for key, amount in given.items()], reason=reason, by=by, at=at)
    changed(now.customer, "allocated", at, credit_id=now.pk)
    credit.refresh_from_db(fields=["open_amount"])
    return True


def _check_named(invoice: Invoice, credit: Credit) -> None:
    if (invoice.customer_id, invoice.entity_id) != (credit.customer_id, credit.entity_id):
        raise OtherCustomer(credit=credit, invoice=invoice)
    if invoice.currency != credit.currency:
        raise OtherCurrency(
            credit=credit, credit_currency=credit.currency, invoice=invoice, invoice_currency=invoice.currency
        )


def _present(credit: Credit) -> dict[int, Applied]:
    moved = Movement.objects.filter(credit=credit, invoice__isnull=False).select_related("invoice").order_by("pk")
    movements = list(moved)
    undone = {movement.undoes_id for movement in movements}
    found: dict[int, Applied] = {}
    for movement in movements:
        assert movement.invoice_id is not None
        of_invoice = found.setdefault(movement.invoice_id, Applied(Decimal(0), []))
        of_invoice.amount -= movement.amount
        if movement.kind == MovementKind.ALLOCATED and movement.pk not in undone:
            of_invoice.standing.append(movement)
    return found


def _moves(present: Mapping[int, Applied], wanted: Mapping[int, Decimal]) -> tuple[list[Movement], dict[int, Decimal]]:
    """The movements to undo, and what is to be applied then, by key of an invoice."""
    undone: list[Movement] = []
    given: dict[int, Decimal] = {}
    for key in sorted(present.keys() | wanted.keys()):
        wish, there = wanted.get(key, Decimal(0)), present.get(key, Applied(Decimal(0), []))
        left = there.amount
        for movement in reversed(there.standing):
            if left <= wish:
                break
            if movement.import_batch_id is not None:
                raise AppliedByAFile(invoice=movement.invoice, amount=-movement.amount, money_of=movement.currency)
            undone.append(movement)
            left += movement.amount
        if left < wish:
            given[key] = wish - left
    return undone, given


def _check_room(
    credit: Credit, invoices: Mapping[int, Invoice], present: Mapping[int, Applied], wanted: Mapping[int, Decimal]
) -> None:
    """Raises MoreThanOpen where the credit or an invoice has less left than is wished of it."""
    here = {key: of_invoice.amount for key, of_invoice in present.items()}
    _check_left(credit, credit.open_amount + sum(here.values()), sum(wanted.values(), Decimal(0)))
    for key, wish in wanted.items():
        _check_left(invoices[key], invoices[key].open_amount + here.get(key, 0), wish)


def _check_left(item: Invoice | Credit, left: Decimal, wish: Decimal) -> None:
    if wish > left:
        raise MoreThanOpen(amount=wish, item=item, open_amount=left, money_of=item.currency)


def _tell(
    credit: Credit,
    undone: Iterable[Movement],
    given: Iterable[tuple[Invoice, Decimal]],
    *,
    reason: str,
    by: User | None,
    at: datetime,
) -> None:
    told = [(MovementKind.UNALLOCATED, movement.invoice, -movement.amount) for movement in undone]
    told += [(MovementKind.ALLOCATED, invoice, amount) for invoice, amount in given]
    Entry.objects.bulk_create(
        entry(
            credit.customer,
            EntryKind.MONEY,
            wording.MOVED[kind],
            params={"invoice": str(invoice), "credit": str(credit), "amount": Money(amount, credit.currency)},
            text=reason,
            by=by,
            at=at,
        )
        for kind, invoice, amount in told
    )
