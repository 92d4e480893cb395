"""Verbs of the ledger. Each movement and the open amounts it changes are written by one statement (sql/move.sql)."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from django.db import transaction

from crm.accounts.models import User
from crm.core.currencies import decimals, rounded
from crm.core.sql import rows
from crm.customers.models import Customer
from crm.events.operations import emit
from crm.receivables import wording
from crm.receivables.exceptions import (
    AlreadyRecorded,
    AlreadyUndone,
    InvalidAmount,
    MoreThanMoved,
    MoreThanOpen,
    NoDueDate,
    NoLongerInBooks,
    NotAnAllocation,
    NotAWriteOff,
    OpenAmountChanged,
    OtherCurrency,
    OtherCustomer,
)
from crm.receivables.models import (
    Credit,
    CreditKind,
    DebtType,
    DueSource,
    Invoice,
    InvoiceKind,
    Movement,
    MovementKind,
)
from crm.timeline.models import EntryKind
from crm.timeline.operations import record
from crm.timeline.params import Money


def checked(amount: Decimal, currency: str) -> Decimal:
    """`amount` when it is above zero and exact in its currency; raises InvalidAmount."""
    if amount <= 0 or amount != rounded(amount, currency):
        raise InvalidAmount(amount=amount, currency=currency, decimals=decimals(currency))
    return amount


@transaction.atomic
def record_invoice(
    customer: Customer,
    *,
    external_id: str,
    number: str,
    issued_on: date,
    currency: str,
    installments: Sequence[tuple[date, Decimal]],
    kind: str = InvoiceKind.INVOICE,
    debt_type: str = DebtType.TRADE,
    due_on_source: str = DueSource.FILE,
    label: str = "",
    by: User | None = None,
    at: datetime,
) -> list[Invoice]:
    """Write an invoice, one row per (due date, amount). Raises InvalidAmount, NoDueDate, AlreadyRecorded."""
    if not installments:
        raise NoDueDate
    _refuse_known(Invoice, customer, external_id)
    invoices = _write_installments(
        customer,
        installments,
        currency,
        external_id=external_id,
        number=number,
        kind=kind,
        debt_type=debt_type,
        issued_on=issued_on,
        due_on_source=due_on_source,
        label=label,
        recorded_at=at,
    )
    total = Money(sum((invoice.amount for invoice in invoices), Decimal(0)), currency)
    params = {"number": number, "amount": total}
    record(customer, EntryKind.MONEY, wording.INVOICE_RECORDED, params=params, by=by, at=at)
    changed(customer, "invoice_recorded", at, invoice_id=invoices[0].pk)
    return invoices


def _write_installments(
    customer: Customer, installments: Sequence[tuple[date, Decimal]], currency: str, **document: Any
) -> list[Invoice]:
    """One row per (due date, amount), the earliest first."""
    return Invoice.objects.bulk_create(
        Invoice(
            entity_id=customer.entity_id,
            customer=customer,
            installment=place,
            due_on=due_on,
            currency=currency,
            amount=checked(amount, currency),
            open_amount=amount,
            **document,
        )
        for place, (due_on, amount) in enumerate(sorted(installments), start=1)
    )


def record_payment(customer: Customer, **given: Any) -> Credit:
    """Write money received, not yet applied. Arguments and errors as for `record_credit`."""
    return record_credit(customer, kind=CreditKind.PAYMENT, **given)


def record_credit_note(customer: Customer, **given: Any) -> Credit:
    """Write a credit note, not yet applied. Arguments and errors as for `record_credit`."""
    return record_credit(customer, kind=CreditKind.CREDIT_NOTE, **given)


@transaction.atomic
def record_credit(
    customer: Customer,
    *,
    external_id: str,
    received_on: date,
    amount: Decimal,
    currency: str,
    kind: str,
    number: str = "",
    label: str = "",
    names_invoice: Invoice | None = None,
    by: User | None = None,
    at: datetime,
) -> Credit:
    """Write what reduces the debt, not yet applied; `names_invoice` is the one its sender or issuer gave as reference.

    Raises InvalidAmount, AlreadyRecorded, OtherCustomer.
    """
    _refuse_known(Credit, customer, external_id)
    if names_invoice and names_invoice.customer_id != customer.pk:
        raise OtherCustomer(credit=number or external_id, invoice=names_invoice.number)
    credit = Credit.objects.create(
        entity_id=customer.entity_id,
        customer=customer,
        external_id=external_id,
        number=number,
        kind=kind,
        received_on=received_on,
        currency=currency,
        amount=checked(amount, currency),
        open_amount=amount,
        names_invoice=names_invoice,
        label=label,
        recorded_at=at,
    )
    params = {"number": str(credit), "amount": Money(amount, currency)}
    record(customer, EntryKind.MONEY, wording.CREDIT_RECORDED[credit.kind], params=params, by=by, at=at)
    changed(customer, "credit_recorded", at, credit_id=credit.pk)
    return credit


def allocate(
    invoice: Invoice,
    credit: Credit,
    *,
    amount: Decimal | None = None,
    on: date,
    reason: str = "",
    by: User | None = None,
    at: datetime,
) -> Movement:
    """Apply a credit to an invoice: `amount`, or as much as both have open.

    Raises OtherCustomer, OtherCurrency, InvalidAmount, MoreThanOpen.
    """
    if (invoice.customer_id, invoice.entity_id) != (credit.customer_id, credit.entity_id):
        raise OtherCustomer(credit=credit, invoice=invoice)
    if invoice.currency != credit.currency:
        raise OtherCurrency(
            credit=credit, credit_currency=credit.currency, invoice=invoice, invoice_currency=invoice.currency
        )
    taken = min(invoice.open_amount, credit.open_amount) if amount is None else amount
    return _take_off(MovementKind.ALLOCATED, taken, invoice=invoice, credit=credit, on=on, reason=reason, by=by, at=at)


def undo_allocation(
    movement: Movement, *, on: date, reason: str = "", by: User | None = None, at: datetime
) -> Movement:
    """Give back to the invoice and to the credit what an allocation took off them.

    Raises NotAnAllocation, AlreadyUndone, and MoreThanMoved when the invoice was reopened meanwhile.
    """
    if movement.kind != MovementKind.ALLOCATED:
        raise NotAnAllocation
    return _undo(movement, MovementKind.UNALLOCATED, -movement.amount, on=on, reason=reason, by=by, at=at)


@transaction.atomic
def undo_write_off(movement: Movement, *, on: date, reason: str = "", by: User | None = None, at: datetime) -> Movement:
    """Claim again what was given up, as far as the last list of the books still showed it open.

    Raises NotAWriteOff, NoLongerInBooks, AlreadyUndone, and MoreThanMoved as `undo_allocation`.
    """
    if movement.kind != MovementKind.WRITTEN_OFF:
        raise NotAWriteOff
    # Not while an import reads the books.
    invoice = movement.invoice = Invoice.objects.select_for_update(no_key=True).get(pk=cast("int", movement.invoice_id))
    amount = -movement.amount
    if invoice.books_amount is not None:
        amount = min(amount, invoice.books_amount - invoice.open_amount)
        if amount <= 0:
            raise NoLongerInBooks(books_amount=invoice.books_amount, item=invoice, money_of=invoice.currency)
    return _undo(movement, MovementKind.REOPENED, amount, on=on, reason=reason, by=by, at=at)


@transaction.atomic
def _undo(movement: Movement, kind: str, amount: Decimal, **given: Any) -> Movement:
    # Two people who undo the same movement queue here; the second one is told.
    Movement.objects.select_for_update(no_key=True).get(pk=movement.pk)
    if Movement.objects.filter(undoes=movement).exists():
        raise AlreadyUndone
    return _give_back(kind, amount, invoice=movement.invoice, credit=movement.credit, undoes=movement, **given)


@transaction.atomic
def write_off(
    invoice: Invoice,
    *,
    amount: Decimal | None = None,
    read: Decimal | None = None,
    on: date,
    reason: str,
    by: User | None = None,
    at: datetime,
) -> Movement:
    """Give up `amount`, or all that is open on an invoice; `read` is what was open for the person who decided it.

    Raises InvalidAmount, MoreThanOpen, OpenAmountChanged.
    """
    if read is not None:
        now = Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
        if now.open_amount != read:
            raise OpenAmountChanged(item=now, open_amount=now.open_amount, money_of=now.currency)
    taken = invoice.open_amount if amount is None else amount
    return _take_off(MovementKind.WRITTEN_OFF, taken, invoice=invoice, on=on, reason=reason, by=by, at=at)


def close_in_ledger(
    item: Invoice | Credit,
    *,
    amount: Decimal | None = None,
    on: date,
    reason: str = "",
    by: User | None = None,
    at: datetime,
) -> Movement:
    """The books no longer show an item, or show less of it: take off `amount`, or all that is open.

    Raises InvalidAmount, MoreThanOpen.
    """
    taken = item.open_amount if amount is None else amount
    return _take_off(MovementKind.CLOSED_IN_LEDGER, taken, **_named(item), on=on, reason=reason, by=by, at=at)


def reopen(
    item: Invoice | Credit,
    *,
    amount: Decimal | None = None,
    on: date,
    reason: str = "",
    by: User | None = None,
    at: datetime,
) -> Movement:
    """The books show an item again, or a write-off is taken back: give back `amount`, or all that is missing.

    Raises InvalidAmount, MoreThanMoved.
    """
    given = item.amount - item.open_amount if amount is None else amount
    return _give_back(MovementKind.REOPENED, given, **_named(item), on=on, reason=reason, by=by, at=at)


def refund(
    credit: Credit, *, amount: Decimal | None = None, on: date, reason: str, by: User | None = None, at: datetime
) -> Movement:
    """Money given back to the customer: take `amount`, or all that is unapplied, off a credit.

    Raises InvalidAmount, MoreThanOpen.
    """
    taken = credit.open_amount if amount is None else amount
    return _take_off(MovementKind.REFUNDED, taken, credit=credit, on=on, reason=reason, by=by, at=at)


def _named(item: Invoice | Credit) -> dict[str, Any]:
    return {"invoice": item} if isinstance(item, Invoice) else {"credit": item}


def _refuse_known(model: type[Invoice] | type[Credit], customer: Customer, external_id: str) -> None:
    if model._default_manager.filter(entity_id=customer.entity_id, external_id=external_id).exists():
        raise AlreadyRecorded(external_id=external_id, entity=customer.entity.code)


def _take_off(kind: str, amount: Decimal, **given: Any) -> Movement:
    return _move(kind, -amount, MoreThanOpen, **given)


def _give_back(kind: str, amount: Decimal, **given: Any) -> Movement:
    return _move(kind, amount, MoreThanMoved, **given)


@transaction.atomic
def _move(
    kind: str,
    amount: Decimal,
    refusal: type[MoreThanOpen] | type[MoreThanMoved],
    *,
    invoice: Invoice | None = None,
    credit: Credit | None = None,
    undoes: Movement | None = None,
    on: date,
    reason: str,
    by: User | None,
    at: datetime,
) -> Movement:
    item = invoice or credit
    assert item is not None
    checked(abs(amount), item.currency)
    params = {
        "entity": item.entity_id,
        "customer": item.customer_id,
        "invoice": invoice.pk if invoice else None,
        "credit": credit.pk if credit else None,
        "kind": kind,
        "currency": item.currency,
        "amount": amount,
        "on": on,
        "at": at,
        "by": by.pk if by else None,
        "reason": reason,
        "undoes": undoes.pk if undoes else None,
    }
    written = rows("crm.receivables", "move", params)
    if not written:
        raise _refused(refusal, abs(amount), invoice, credit)
    _reflect(written[0], invoice, credit)
    _tell(kind, abs(amount), item, invoice, credit, reason=reason, by=by, at=at)
    changed(item.customer, kind, at, movement_id=written[0]["id"])
    return Movement.objects.get(pk=written[0]["id"])


def _reflect(written: dict[str, Any], invoice: Invoice | None, credit: Credit | None) -> None:
    """The caller's objects show what the database now holds."""
    if invoice:
        invoice.open_amount, invoice.settled_on = written["invoice_open"], written["settled_on"]
    if credit:
        credit.open_amount = written["credit_open"]


def _refused(
    refusal: type[MoreThanOpen] | type[MoreThanMoved], amount: Decimal, invoice: Invoice | None, credit: Credit | None
) -> MoreThanOpen | MoreThanMoved:
    """The refusal with the figures of the item that is in the way, as the database has them now."""
    items: list[Invoice | Credit] = [item for item in (invoice, credit) if item]
    for item in items:
        item.refresh_from_db(fields=["open_amount"])
    room = {id(item): item.open_amount if refusal is MoreThanOpen else item.amount - item.open_amount for item in items}
    item = min(items, key=lambda each: room[id(each)])
    moved = item.amount - item.open_amount
    return refusal(amount=amount, item=item, open_amount=item.open_amount, moved_amount=moved, money_of=item.currency)


def _tell(
    kind: str,
    amount: Decimal,
    item: Invoice | Credit,
    invoice: Invoice | None,
    credit: Credit | None,
    *,
    reason: str,
    by: User | None,
    at: datetime,
) -> None:
    params = {"invoice": str(invoice or ""), "credit": str(credit or ""), "item": str(item)}
    params |= {"amount": Money(amount, item.currency)}  # type: ignore[dict-item]
    record(item.customer, EntryKind.MONEY, wording.MOVED[kind], params=params, text=reason, by=by, at=at)


def changed(customer: Customer, what: str, at: datetime, **ids: int) -> None:
    """Whoever keeps figures of the customer (groups, actions) hears of it after the commit."""
    emit(
        "facts.changed",
        entity_id=customer.entity_id,
        customer_id=customer.pk,
        payload={"what": what, **ids},
        at=at,
    )
