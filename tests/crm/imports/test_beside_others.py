"""A file is written while others write of the same invoices: each waits for the other, nothing is refused for it."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crm.imports.feeds.invoices import feed_invoices
from crm.imports.operations import import_file, open_items
from crm.imports.outcome import Options
from crm.receivables.models import Credit, Invoice
from crm.receivables.operations import write_off
from tests.connections import beside
from tests.factories.accounts import EntityFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def load(tmp_path):
    entity = EntityFactory()
    customer = CustomerFactory(entity=entity, external_id="A")
    path = tmp_path / "list.csv"

    def run(text):
        path.write_text(text, encoding="utf-8")
        return import_file(path, entity=entity, options=Options(), by=None, at=AT)

    run.customer = customer
    return run


def test_the_api_brings_an_invoice_of_the_list(load, monkeypatch):
    row = {"external_id": "U1", "customer": "A", "issued_on": date(2026, 1, 2), "amount": Decimal(100), "label": "new"}
    original = open_items._write

    def feed():
        return feed_invoices(load.customer.entity, {0: row}, by=None, at=AT)

    with beside(feed) as other:

        def write(params):
            other.start()
            return original(params)

        monkeypatch.setattr(open_items, "_write", write)
        load(
            "Identifiant;Customer;Invoice number;Invoice date;Due date;Open amount\nU1;A;F1;02/01/2026;01/02/2026;100\n"
        )
    assert (other.result().updated, Invoice.objects.get().label) == (1, "new")


def test_an_invoice_is_written_off_while_payments_of_it_come(load):
    invoice = InvoiceFactory(customer=load.customer, number="F1", amount=Decimal(100))

    def pay():
        return load("Customer;Payment date;Amount;Invoice\nA;10/02/2026;100;F1\n")

    with beside(pay) as other:
        write_off(invoice, amount=Decimal(30), on=date(2026, 2, 20), reason="geste", at=AT)
        other.start()
    assert other.result().rows_rejected == 0
    assert (Invoice.objects.get().open_amount, Credit.objects.get().open_amount) == (0, 30)
