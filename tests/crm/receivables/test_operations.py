from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from crm.core.amounts import LARGEST
from crm.receivables import exceptions, operations
from crm.receivables.models import Invoice, Movement, MovementKind
from crm.timeline.queries import entries
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = pytest.mark.django_db
MARCH_1 = date(2026, 3, 1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WHEN = {"on": MARCH_1, "at": NOON}


@pytest.fixture
def customer():
    return CustomerFactory()


@pytest.fixture
def invoice(customer):
    return InvoiceFactory(customer=customer, number="FA-1")


@pytest.fixture
def payment(customer):
    return CreditFactory(customer=customer, number="VIR-1")


def test_an_invoice_due_in_parts_is_one_row_per_part(customer):
    parts = [(date(2026, 3, 31), Decimal(60)), (date(2026, 2, 28), Decimal(40))]
    given = {"external_id": "F1", "number": "F1", "issued_on": date(2026, 1, 31), "currency": "EUR"}
    operations.record_invoice(customer, installments=parts, **given, at=NOON)
    rows = Invoice.objects.order_by("installment").values_list("installment", "due_on", "amount", "open_amount")
    assert list(rows) == [(1, date(2026, 2, 28), 40, 40), (2, date(2026, 3, 31), 60, 60)]
    assert [line.subject for line in entries(customer, language="en").lines] == ["Invoice F1 recorded: €100.00"]
    with pytest.raises(exceptions.AlreadyRecorded):
        operations.record_invoice(customer, installments=parts, **given, at=NOON)


@pytest.mark.parametrize("amount", ["0", "-1", "10.005"])
def test_an_amount_is_positive_and_exact(customer, amount):
    given = {"external_id": "P1", "received_on": MARCH_1, "currency": "EUR", "at": NOON}
    with pytest.raises(exceptions.InvalidAmount):
        operations.record_payment(customer, amount=Decimal(amount), **given)


def test_an_allocation_takes_as_much_as_both_have_open(invoice, payment):
    movement = operations.allocate(invoice, payment, **WHEN)
    assert (movement.kind, movement.amount, movement.on) == (MovementKind.ALLOCATED, -40, MARCH_1)
    invoice.refresh_from_db(), payment.refresh_from_db()
    assert (invoice.open_amount, invoice.settled_on, payment.open_amount) == (60, None, 0)
    [line] = entries(invoice.customer, language="en").lines
    assert line.subject == "€40.00 of VIR-1 allocated to FA-1"


def test_an_invoice_paid_in_full_is_settled_on_the_date_of_its_last_movement(invoice, payment):
    operations.write_off(invoice, amount=Decimal(60), reason="x", on=date(2026, 4, 1), at=NOON)
    operations.allocate(invoice, payment, **WHEN)
    assert (invoice.open_amount, invoice.settled_on) == (0, date(2026, 4, 1))


def test_more_than_open_is_refused_with_the_figures(invoice, payment):
    with pytest.raises(exceptions.MoreThanOpen) as refused:
        operations.allocate(invoice, payment, amount=Decimal("40.01"), **WHEN)
    with override("en"):
        assert str(refused.value) == "€40.01 is more than what is left: €40.00 on VIR-1."
    assert Movement.objects.count() == 0
    payment.refresh_from_db()
    assert payment.open_amount == 40


def test_a_stale_object_does_not_allow_more(invoice, payment):
    stale = Invoice.objects.get(pk=invoice.pk)
    operations.write_off(invoice, amount=Decimal(90), reason="small", **WHEN)
    with pytest.raises(exceptions.MoreThanOpen):
        operations.allocate(stale, payment, amount=Decimal(40), **WHEN)
    assert (stale.open_amount, Movement.objects.count()) == (10, 1)


def test_a_payment_goes_to_its_own_customer_and_currency(invoice):
    with pytest.raises(exceptions.OtherCustomer):
        operations.allocate(invoice, CreditFactory(), **WHEN)
    with pytest.raises(exceptions.OtherCurrency):
        operations.allocate(invoice, CreditFactory(customer=invoice.customer, currency="USD"), **WHEN)


def test_an_allocation_is_undone_once(invoice, payment):
    movement = operations.allocate(invoice, payment, **WHEN)
    undone = operations.undo_allocation(movement, reason="wrong invoice", **WHEN)
    assert (undone.amount, undone.undoes, undone.kind) == (40, movement, MovementKind.UNALLOCATED)
    invoice.refresh_from_db(), payment.refresh_from_db()
    assert (invoice.open_amount, payment.open_amount) == (100, 40)
    with pytest.raises(exceptions.AlreadyUndone):
        operations.undo_allocation(movement, **WHEN)
    with pytest.raises(exceptions.NotAnAllocation):
        operations.undo_allocation(undone, **WHEN)


def test_what_left_the_books_closes_and_what_comes_back_reopens(invoice):
    operations.close_in_ledger(invoice, **WHEN)
    assert (invoice.open_amount, invoice.settled_on) == (0, MARCH_1)
    operations.reopen(invoice, amount=Decimal(30), **WHEN)
    assert (invoice.open_amount, invoice.settled_on) == (30, None)
    with pytest.raises(exceptions.MoreThanMoved):
        operations.reopen(invoice, amount=Decimal(71), **WHEN)


def test_a_credit_is_closed_refunded_and_reopened(payment):
    operations.close_in_ledger(payment, amount=Decimal(10), **WHEN)
    operations.refund(payment, reason="asked", **WHEN)
    assert payment.open_amount == 0
    operations.reopen(payment, **WHEN)
    assert payment.open_amount == 40


def test_a_movement_costs_the_same_whatever_the_ledger_holds(invoice, payment, django_assert_num_queries):
    with django_assert_num_queries(6):
        operations.allocate(invoice, payment, amount=Decimal(1), **WHEN)
    InvoiceFactory.create_batch(3, customer=invoice.customer)
    with django_assert_num_queries(6):
        operations.allocate(invoice, payment, amount=Decimal(1), **WHEN)


@pytest.mark.parametrize("table", ["receivables_invoice", "receivables_credit"])
def test_an_open_amount_without_movement_is_refused(invoice, payment, table):
    with pytest.raises(IntegrityError, match="is not its amount plus its movements"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"update {table} set open_amount = 1")


def test_a_movement_without_open_amount_is_refused(invoice):
    with pytest.raises(IntegrityError, match="is not its amount plus its movements"), transaction.atomic():
        Movement.objects.create(
            entity=invoice.entity, customer=invoice.customer, invoice=invoice, kind="adjusted", currency="EUR",
            amount=Decimal(-1), on=MARCH_1, at=NOON,
        )  # fmt: skip


def test_a_new_row_starts_whole():
    with pytest.raises(IntegrityError, match="is not its amount plus its movements"), transaction.atomic():
        InvoiceFactory(open_amount=Decimal(50))


def test_the_amount_of_a_row_never_changes(invoice, payment):
    for row in (invoice, payment):
        with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
            type(row).objects.update(amount=Decimal(1000))


def test_movements_are_append_only(invoice):
    operations.write_off(invoice, reason="x", **WHEN)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Movement.objects.update(reason="y")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Movement.objects.all().delete()


BULK_CLOSE = """
with moved as (
    insert into receivables_movement
        (entity_id, customer_id, invoice_id, kind, currency, amount, "on", at, reason, import_batch_id)
    select entity_id, customer_id, id, 'closed_in_ledger', currency, -open_amount, '2026-03-01', now(), '', 7
    from receivables_invoice
    returning invoice_id, amount
)
update receivables_invoice as owed set open_amount = open_amount + moved.amount, settled_on = '2026-03-01'
from moved where moved.invoice_id = owed.id
"""
BULK_UNDO = """
with gone as (delete from receivables_movement where import_batch_id = 7 returning invoice_id, amount)
update receivables_invoice as owed set open_amount = open_amount - gone.amount, settled_on = null
from gone where gone.invoice_id = owed.id
"""


def test_bulk_writers_pass_with_one_statement_and_undo_their_batch():
    InvoiceFactory.create_batch(3)
    with connection.cursor() as cursor:
        cursor.execute(BULK_CLOSE)
        assert Invoice.objects.open().count() == 0
        cursor.execute("set local acquit.undo_import = '7'")
        cursor.execute(BULK_UNDO)
    assert (Invoice.objects.open().count(), Movement.objects.count()) == (3, 0)


@pytest.mark.parametrize("factory", [InvoiceFactory, CreditFactory])
def test_a_number_that_is_no_amount_is_kept_out_of_the_books(factory):
    assert factory(amount=LARGEST - 1).amount == LARGEST - 1
    with pytest.raises(IntegrityError, match="possible_money"), transaction.atomic():
        factory(amount=LARGEST)
