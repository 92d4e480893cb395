"""Any sequence of operations, accepted or refused, leaves a ledger whose sums are exact."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from hypothesis import given, settings, strategies as st
from hypothesis.extra.django import TestCase

from crm.receivables import operations as ledger
from crm.receivables.checking import differences
from crm.receivables.exceptions import LedgerRefusal
from crm.receivables.models import Credit, Invoice, Movement, MovementKind
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = pytest.mark.django_db
AMOUNTS = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(200), places=2)
STEP = st.tuples(
    st.sampled_from(["allocate", "undo", "write_off", "close", "close_credit", "reopen", "reopen_credit", "refund"]),
    st.integers(0, 2),
    st.integers(0, 2),
    st.none() | AMOUNTS,
)
DAY = date(2026, 3, 1)


def do(step, invoices, credits, day):
    """One operation as a person would do it; a refusal is a possible answer."""
    verb, which, other, amount = step
    invoice, credit = invoices[which], credits[other]
    when = {"on": DAY + timedelta(days=day), "at": datetime(2026, 3, 1, tzinfo=UTC)}
    match verb:
        case "allocate":
            ledger.allocate(invoice, credit, amount=amount, **when)
        case "undo":
            done = list(Movement.objects.filter(kind=MovementKind.ALLOCATED).order_by("id"))
            ledger.undo_allocation(done[which % len(done)], **when) if done else None
        case "write_off":
            ledger.write_off(invoice, amount=amount, reason="x", **when)
        case "close":
            ledger.close_in_ledger(invoice, amount=amount, **when)
        case "close_credit":
            ledger.close_in_ledger(credit, amount=amount, **when)
        case "reopen":
            ledger.reopen(invoice, amount=amount, **when)
        case "reopen_credit":
            ledger.reopen(credit, amount=amount, **when)
        case "refund":
            ledger.refund(credit, amount=amount, reason="x", **when)


def total(model, field):
    return model.objects.aggregate(total=Sum(field))["total"] or Decimal(0)


class LedgerTest(TestCase):
    @settings(max_examples=30)
    @given(steps=st.lists(STEP, max_size=14))
    def test_any_sequence_of_operations_keeps_the_sums_exact(self, steps):
        customer = CustomerFactory()
        invoices = [InvoiceFactory(customer=customer, amount=Decimal(a)) for a in ("100", "33.33", "0.01")]
        credits = [CreditFactory(customer=customer, amount=Decimal(a)) for a in ("40", "150", "0.05")]
        for day, step in enumerate(steps):
            try:
                do(step, invoices, credits, day)
            except LedgerRefusal:
                continue
        self.check()

    def check(self):
        assert differences() == []
        for model in (Invoice, Credit):
            assert all(0 <= row.open_amount <= row.amount for row in model.objects.all())
        assert all((row.open_amount == 0) == (row.settled_on is not None) for row in Invoice.objects.all())
        one_sided = Movement.objects.filter(invoice=None) | Movement.objects.filter(credit=None)
        on_invoices = one_sided.filter(credit=None).aggregate(total=Sum("amount"))["total"] or Decimal(0)
        on_credits = one_sided.filter(invoice=None).aggregate(total=Sum("amount"))["total"] or Decimal(0)
        balance = total(Invoice, "open_amount") - total(Credit, "open_amount")
        assert balance == total(Invoice, "amount") - total(Credit, "amount") + on_invoices - on_credits
        applied = Movement.objects.filter(kind__in=("allocated", "unallocated")).values("credit__amount", "credit")
        assert all(-row["used"] <= row["credit__amount"] for row in applied.annotate(used=Sum("amount")))
