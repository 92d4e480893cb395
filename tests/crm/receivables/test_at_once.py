"""Two people at once: each waits for the other, and sees what he left."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from crm.receivables import operations as ledger
from crm.receivables.checking import differences
from crm.receivables.exceptions import LedgerRefusal
from crm.receivables.models import Credit, Invoice
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory


@pytest.mark.django_db(transaction=True)
def test_an_invoice_is_never_paid_twice():
    customer = CustomerFactory()
    invoice = InvoiceFactory(customer=customer)
    credits = CreditFactory.create_batch(4, customer=customer, amount=Decimal(60))
    together = Barrier(len(credits))

    def allocate(pk):
        try:
            mine, given = Invoice.objects.get(pk=invoice.pk), Credit.objects.get(pk=pk)
            together.wait()
            ledger.allocate(mine, given, on=date(2026, 3, 1), at=datetime(2026, 3, 1, tzinfo=UTC))
        except LedgerRefusal:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(credits)) as people:
        outcomes = list(people.map(allocate, [credit.pk for credit in credits]))
    assert sum(outcomes) == 1
    assert Invoice.objects.get().open_amount == 40
    assert differences() == []
