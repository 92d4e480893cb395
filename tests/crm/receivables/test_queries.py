from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crm.receivables import operations as ledger, queries
from crm.receivables.models import Invoice
from tests.factories.accounts import EntityFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = pytest.mark.django_db
JAN_1, MARCH_1 = date(2026, 1, 1), date(2026, 3, 1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def customer():
    return CustomerFactory()


def due(customer, on, amount=100, **given):
    return InvoiceFactory(customer=customer, due_on=on, amount=Decimal(amount), **given)


def test_balances_by_currency(customer):
    late, _ = due(customer, date(2026, 2, 28), 100), due(customer, MARCH_1, 50)
    due(customer, date(2026, 4, 1), 7, currency="USD")
    CreditFactory(customer=customer, amount=Decimal(30))
    due(CustomerFactory(), JAN_1)
    euros, dollars = queries.balances(customer, on=MARCH_1, disputed=[late.pk])
    assert (euros.open, euros.overdue, euros.due_later, euros.unapplied, euros.balance) == (150, 100, 50, 30, 120)
    assert (euros.disputed, euros.oldest_due_on) == (100, date(2026, 2, 28))
    assert (dollars.currency, dollars.open, dollars.overdue, dollars.oldest_due_on) == ("USD", 7, 0, None)


def test_a_customer_with_money_and_no_invoice_has_a_negative_balance(customer):
    CreditFactory(customer=customer)
    assert [(b.open, b.unapplied, b.balance) for b in queries.balances(customer, on=MARCH_1)] == [(0, 40, -40)]


@pytest.mark.parametrize("past", [False, True])
def test_the_aged_balance_counts_days_past_the_due_date(customer, past):
    for days, amount in [(0, 1), (1, 2), (30, 4), (31, 8), (60, 16), (61, 32), (90, 64), (91, 128)]:
        due(customer, date.fromordinal(MARCH_1.toordinal() - days), amount, issued_on="2025-01-01")
    CreditFactory(customer=customer, amount=Decimal(5))
    [row] = queries.aged_balance(customer.entity, on=MARCH_1, past=past)
    found = (row.not_due, row.days_1_30, row.days_31_60, row.days_61_90, row.days_91, row.unapplied, row.balance)
    assert found == (1, 6, 24, 96, 128, 5, 250)


def test_a_write_off_taken_back_hides_no_payment_from_the_delay(customer):
    invoice = due(customer, date(2026, 1, 11), 100)
    given_up = ledger.write_off(invoice, on=date(2026, 1, 15), reason="x", at=NOON)
    ledger.undo_write_off(given_up, on=date(2026, 1, 20), at=NOON)
    ledger.close_in_ledger(Invoice.objects.get(), on=date(2026, 1, 21), at=NOON)
    [delay] = queries.payment_delays(customer.entity, on=MARCH_1, since=JAN_1)
    assert (delay.amount, delay.days) == (100, Decimal("10.0"))


@pytest.mark.parametrize("count", [1, 3])
def test_an_aged_balance_of_an_entity_is_one_statement(count, django_assert_num_queries):
    entity = EntityFactory()
    for _ in range(count):
        due(CustomerFactory(entity=entity), JAN_1)
    with django_assert_num_queries(1):
        assert len(queries.aged_balance(entity, on=MARCH_1)) == count


def test_the_balance_of_a_past_day_forgets_what_came_later(customer):
    invoice, payment = due(customer, JAN_1), CreditFactory(customer=customer, received_on="2026-02-15")
    ledger.allocate(invoice, payment, on=date(2026, 2, 20), at=NOON)
    ledger.write_off(invoice, amount=Decimal(10), reason="x", on=MARCH_1, at=NOON)
    days = [date(2025, 12, 31), JAN_1, date(2026, 2, 14), date(2026, 2, 15), date(2026, 2, 20), MARCH_1]
    expected = [{}, {"EUR": 100}, {"EUR": 100}, {"EUR": 60}, {"EUR": 60}, {"EUR": 50}]
    assert [queries.balance_at(customer, on=on) for on in days] == expected


def test_money_allocated_to_an_invoice_issued_later_lowers_no_day_between(customer):
    invoice = due(customer, date(2026, 3, 31), issued_on=MARCH_1)
    payment = CreditFactory(customer=customer, received_on="2026-02-01")
    ledger.allocate(invoice, payment, on=date(2026, 2, 1), at=NOON)
    assert queries.balance_at(customer, on=date(2026, 2, 10)) == {"EUR": -40}
    assert queries.balance_at(customer, on=MARCH_1) == {"EUR": 60}


def test_a_statement_opens_runs_and_ends_on_the_balance(customer):
    invoice = due(customer, JAN_1, issued_on="2025-12-01", number="F1")
    due(customer, date(2026, 2, 28), 50, issued_on="2026-02-01", number="F2")
    payment = CreditFactory(customer=customer, received_on="2026-02-15", number="VIR")
    ledger.allocate(invoice, payment, on=date(2026, 2, 16), at=NOON)
    ledger.write_off(invoice, amount=Decimal(5), reason="rounding", on=date(2026, 2, 20), at=NOON)
    lines = queries.statement_of_account(customer, since=JAN_1, until=MARCH_1)
    assert [(line.item, line.number, line.amount, line.balance) for line in lines] == [
        ("opening", "", 100, 100),
        ("invoice", "F2", 50, 150),
        ("credit", "VIR", -40, 110),
        ("movement", "F1", -5, 105),
    ]
    assert queries.balance_at(customer, on=MARCH_1) == {"EUR": 105}


def test_the_delay_is_weighted_and_counts_what_is_late_and_unpaid(customer):
    paid, unpaid = due(customer, date(2026, 1, 31), 300), due(customer, date(2026, 2, 19), 100)
    payment = CreditFactory(customer=customer, amount=Decimal(300), received_on="2026-02-10")
    ledger.allocate(paid, payment, on=date(2026, 2, 12), at=NOON)
    [delay] = queries.payment_delays(customer.entity, on=MARCH_1, since=JAN_1)
    assert (delay.amount, delay.weighted_days, delay.days) == (400, 300 * 10 + 100 * 10, Decimal("10.0"))
    ledger.write_off(unpaid, reason="x", on=MARCH_1, at=NOON)
    [delay] = queries.payment_delays(customer.entity, on=MARCH_1, since=JAN_1)
    assert (delay.amount, delay.days) == (300, Decimal("10.0"))


def test_an_invoice_the_books_closed_counts_as_paid_that_day_and_a_credit_note_does_not(customer):
    closed, credited = due(customer, date(2026, 1, 31)), due(customer, date(2026, 1, 31), 40)
    ledger.close_in_ledger(closed, on=date(2026, 2, 5), at=NOON)
    ledger.allocate(credited, CreditFactory(customer=customer, credit_note=True), on=MARCH_1, at=NOON)
    [delay] = queries.payment_delays(customer.entity, on=MARCH_1, since=JAN_1)
    assert (delay.amount, delay.days) == (100, Decimal("5.0"))


def test_an_allocation_undone_is_no_payment(customer):
    invoice, payment = due(customer, date(2026, 2, 9)), CreditFactory(customer=customer)
    ledger.undo_allocation(ledger.allocate(invoice, payment, on=MARCH_1, at=NOON), on=MARCH_1, at=NOON)
    [delay] = queries.payment_delays(customer.entity, on=MARCH_1, since=JAN_1)
    assert (delay.amount, delay.days) == (100, Decimal("20.0"))
