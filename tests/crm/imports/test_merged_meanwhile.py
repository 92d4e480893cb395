"""Two customers become one while rows of the second are being written: these go over with all the rest."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crm.customers.models import Address
from crm.customers.operations import merge_customers
from crm.imports.feeds import credits, customers, invoices
from crm.imports.operations import fec, import_file, open_items, payments
from crm.imports.outcome import Options
from crm.receivables.models import Credit, Invoice
from tests.connections import beside
from tests.factories.accounts import EntityFactory
from tests.factories.customers import CustomerFactory
from tests.factories.fec import Ledger, Shape

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
ITEMS = "Customer;Invoice number;Invoice date;Due date;Open amount\nC2;F1;02/01/2026;01/02/2026;100,00\n"
PAID = "Customer;Payment date;Amount\nC2;10/02/2026;100,00\n"
INVOICE = {"external_id": "FA1", "customer": "C2", "issued_on": date(2026, 1, 2), "amount": Decimal(100)}
PAYMENT = {"external_id": "RG1", "customer": "C2", "received_on": date(2026, 2, 10), "amount": Decimal(100)}


@pytest.fixture
def two():
    entity = EntityFactory()
    return [CustomerFactory(entity=entity, external_id=account) for account in ("C1", "C2")]


@pytest.fixture
def merged_at(two, monkeypatch):
    """Do `work` while they are merged, by somebody who begins when `name` of the module is reached."""

    def at(module, name, work):
        original = getattr(module, name)
        with beside(lambda: merge_customers(*two, by=None, at=AT)) as other:

            def reached(*args, **kwargs):
                if not hasattr(other, "doing"):
                    other.start()
                return original(*args, **kwargs)

            monkeypatch.setattr(module, name, reached)
            work()
        other.result()

    return at


@pytest.mark.parametrize(
    ("module", "name", "text", "model"),
    [(open_items, "_write", ITEMS, Invoice), (payments, "rows", PAID, Credit)],
)
def test_of_a_list(two, merged_at, tmp_path, module, name, text, model):
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    merged_at(module, name, lambda: import_file(path, entity=two[0].entity, options=Options(), by=None, at=AT))
    assert model.objects.get().customer == two[0]


def test_of_a_fec(two, merged_at, tmp_path):
    path = Shape().write(Ledger().sale(date(2026, 1, 2), "C2", "100.00"), tmp_path / "fec.txt")
    merged_at(fec, "_take", lambda: import_file(path, entity=two[0].entity, options=Options(), by=None, at=AT))
    assert Invoice.objects.get().customer == two[0]


@pytest.mark.parametrize(
    ("module", "name", "feed", "row", "model"),
    [
        (invoices, "_known", invoices.feed_invoices, INVOICE, Invoice),
        (credits, "_refusals", credits.feed_credits, PAYMENT, Credit),
        (customers, "_add_addresses", customers.feed_customers, {"external_id": "C2", "email": "a@b.example"}, Address),
    ],
)
def test_of_the_api(two, merged_at, module, name, feed, row, model):
    merged_at(module, name, lambda: feed(two[0].entity, {0: row}, by=None, at=AT))
    assert model.objects.get().customer == two[0]
