"""Since when an invoice or a payment is known here, whoever brought it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module

import pytest
from django.db import connection

from crm.imports.feeds.credits import feed_credits
from crm.imports.feeds.invoices import feed_invoices
from crm.imports.models import Batch
from crm.receivables.models import Credit, Invoice
from crm.receivables.operations import record_invoice, record_payment
from tests.crm.imports.conftest import AT
from tests.factories.customers import CustomerFactory
from tests.factories.fec import Ledger, Shape
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = pytest.mark.django_db
MIGRATION = import_module("crm.imports.migrations.0007_when_it_was_known_here")
JANUARY, FEBRUARY = date(2021, 1, 5), date(2021, 2, 1)
ITEMS = "client;facture;echeance;solde\nA;F1;01/02/2026;100,00\nB;F3;01/02/2026;-10,00\n"
PAYMENTS = "client;date règlement;montant;facture;référence\nA;05/02/2026;60,00;F1;V1\n"


def a_fec(load, folder, entity):
    load(Shape().write(Ledger().sale(JANUARY, "A", "100.00").payment(FEBRUARY, "B", "60.00"), folder / "fec.txt"))


def lists(load, folder, entity):
    for name, text in (("items.csv", ITEMS), ("payments.csv", PAYMENTS)):
        (folder / name).write_text(text)
        load(folder / name)


def a_feed(load, folder, entity):
    customer = CustomerFactory(entity=entity).external_id
    row = {"external_id": "F1", "customer": customer, "issued_on": JANUARY, "amount": Decimal(100)}
    feed_invoices(entity, {0: row}, by=None, at=AT)
    row = {"external_id": "R1", "customer": customer, "received_on": JANUARY, "amount": Decimal(10)}
    feed_credits(entity, {0: row}, by=None, at=AT)


def by_hand(load, folder, entity):
    customer, given = CustomerFactory(entity=entity), {"currency": "EUR", "at": AT}
    parts = [(FEBRUARY, Decimal(100))]
    record_invoice(customer, external_id="F1", number="F1", issued_on=JANUARY, installments=parts, **given)
    record_payment(customer, external_id="R1", received_on=JANUARY, amount=Decimal(10), **given)


@pytest.mark.parametrize("come", [a_fec, lists, a_feed, by_hand])
def test_it_is_known_since_it_came_whatever_its_date(load, tmp_path, entity, come):
    come(load, tmp_path, entity)
    for model in (Invoice, Credit):
        assert set(model.objects.values_list("recorded_at", flat=True)) == {AT}


def test_of_what_was_there_before_the_import_tells_it_or_its_date(entity):
    batch = Batch.objects.create(
        entity=entity, format="fec", status="done", file_name="f", created_at=AT, finished_at=AT
    )
    given = {"customer": CustomerFactory(entity=entity), "recorded_at": datetime(2026, 6, 1, tzinfo=UTC)}
    for key in (batch.pk, None):
        InvoiceFactory(import_batch_id=key, issued_on="2026-01-01", **given)
        CreditFactory(import_batch_id=key, received_on="2026-01-01", **given)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        for operation in MIGRATION.Migration.operations:
            cursor.execute(operation.sql)
    new_year_in_paris = datetime(2025, 12, 31, 23, tzinfo=UTC)
    for model in (Invoice, Credit):
        assert list(model.objects.order_by("pk").values_list("recorded_at", flat=True)) == [AT, new_year_in_paris]
