"""A currency no rate turns into that of the books counts for nothing, and every page that rests on amounts says so."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collections_app.engine.models import DailyFigures
from crm.core.sql import statement
from crm.imports.models import Batch
from crm.law.models import ExchangeRate
from crm.law.queries import without_rate
from crm.receivables.models import ForeignAccount, Invoice
from crm.receivables.operations import close_in_ledger
from crm.receivables.queries import debtors_without_rate
from tests.connections import beside
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory
from tests.factories.segments import GroupFactory
from tests.plans import rows_compared

pytestmark = pytest.mark.django_db
SAID = "Aucun taux ne convertit les USD en EUR"
MARCH_2 = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def entity():
    return EntityFactory(currency="EUR")


@pytest.fixture
def invoice(entity):
    return InvoiceFactory(customer__entity=entity, currency="USD")


def pages(entity, invoice):
    """Every page, by name."""
    DailyFigures.objects.create(
        entity=entity, on=MARCH_2, currency="USD", open_amount=1, overdue_amount=1, unapplied_amount=0,
        disputed_amount=0, customers_overdue=1, actions_open=1,
    )  # fmt: skip
    figures = {"open_amount": {"USD": "12.00"}}
    batch = Batch.objects.create(
        entity=entity, status="done", figures=figures, file_name="x.csv", created_at=f"{MARCH_2}T09:00Z"
    )
    group = GroupFactory(entity=entity)
    return {
        "customer": reverse("customer", args=[invoice.customer_id]),
        "why": reverse("customer_why", args=[invoice.customer_id]),
        "import": reverse("import", args=[batch.pk]),
        "supervision": reverse("supervision"),
        "group": reverse("admin:segments_group_change", args=[group.pk]),
    }


def test_a_rate_either_way_and_before_the_day_is_enough(entity):
    ExchangeRate.objects.create(base="EUR", quote="CHF", on=MARCH_2, rate="0.9")
    ExchangeRate.objects.create(base="USD", quote="EUR", on=date(2026, 3, 3), rate="0.9")
    assert without_rate(["USD", "CHF", "EUR", "GBP", "USD"], "EUR", MARCH_2) == ["GBP", "USD"]


def test_the_books_own_currency_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert without_rate(["EUR"], "EUR", MARCH_2) == []


@pytest.mark.parametrize("given", [False, True])
def test_every_page_says_it_until_a_rate_is_given(client, entity, invoice, given):
    addresses = pages(entity, invoice)
    if given:
        ExchangeRate.objects.create(base="USD", quote="EUR", on=date(2020, 1, 1), rate="0.9")
    client.force_login(UserFactory(supervisor=True, sees=entity))
    read = {name: client.get(address).content.decode() for name, address in addresses.items()}
    assert {name: SAID in page for name, page in read.items()} == dict.fromkeys(addresses, not given)
    assert ("1 client doit dans cette devise." in read["group"]) is not given
    rates = reverse("admin:law_exchangerate_changelist")
    link = f'. <a href="{rates}">Taux de change</a>'
    assert {name: link in page for name, page in read.items()} == dict.fromkeys(addresses, not given)


def statements_of_supervision(client, count: int) -> tuple[int, int]:
    """How many statements ask for rates where that many entities have figures in two currencies, and how many
    currencies without a rate are told."""
    for _number in range(count):
        entity = EntityFactory(currency="EUR")
        for currency in ("EUR", "USD"):
            DailyFigures.objects.create(
                entity=entity, on=MARCH_2, currency=currency, open_amount=1, overdue_amount=1, unapplied_amount=0,
                disputed_amount=0, customers_overdue=1, actions_open=1,
            )  # fmt: skip
    client.force_login(UserFactory(is_superuser=True, is_staff=True, role="administrator"))
    with CaptureQueriesContext(connection) as asked:
        page = client.get(reverse("supervision")).content.decode()
    return sum("exchange_rate(" in query["sql"] for query in asked), page.count(SAID)


@pytest.mark.parametrize("count", [1, 3])
def test_supervision_asks_once_for_all_entities(client, count):
    assert statements_of_supervision(client, count) == (1, 1)


def test_customers_who_owe_are_counted_wherever_the_currency_came_from(entity, invoice):
    """Several invoices, one settled, one of another entity, one whose customer was merged into another."""
    InvoiceFactory(customer=invoice.customer, currency="USD")
    merged = InvoiceFactory(customer__entity=entity, currency="CHF")
    Invoice.objects.filter(pk=merged.pk).update(customer=CustomerFactory(entity=entity))
    for settled in (InvoiceFactory(customer__entity=entity, currency=currency) for currency in ("GBP", "USD")):
        close_in_ledger(settled, amount=settled.open_amount, on=MARCH_2, at=NOON)
        InvoiceFactory(customer=settled.customer, currency="EUR")
    InvoiceFactory(customer__entity=EntityFactory(currency="USD"), currency="USD")
    InvoiceFactory(customer__entity=entity, currency="EUR")
    InvoiceFactory(customer__entity=entity, currency="NOK")
    ExchangeRate.objects.create(base="NOK", quote="EUR", on=date(2026, 3, 1), rate="0.1")
    assert debtors_without_rate(entity, on=MARCH_2) == {"CHF": 1, "USD": 1}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_write_at_once_one_notes_the_account(entity):
    customer = CustomerFactory(entity=entity)

    def write():
        InvoiceFactory(customer=customer, currency="USD")

    with beside(write) as other:
        write()
        other.start()
    other.result()
    assert noted() == [(entity.pk, "USD", customer.pk)]


def test_what_was_noted_of_who_was_merged_is_noted_once_of_who_was_kept(entity, invoice):
    kept = CustomerFactory(entity=entity)
    InvoiceFactory.create_batch(2, customer=invoice.customer, currency="USD")
    for _ in range(2):
        Invoice.objects.update(customer=kept)
        InvoiceFactory(customer=kept, currency="USD")
    assert noted() == [(entity.pk, "USD", invoice.customer_id), (entity.pk, "USD", kept.pk)]
    assert debtors_without_rate(entity, on=MARCH_2) == {"USD": 1}


def noted():
    return list(ForeignAccount.objects.order_by("pk").values_list("entity_id", "currency", "customer_id"))


def test_they_are_counted_up_to_a_number(monkeypatch, entity):
    monkeypatch.setattr("crm.receivables.queries.COUNTED", 2)
    InvoiceFactory.create_batch(5, customer__entity=entity, currency="USD")
    assert debtors_without_rate(entity, on=MARCH_2) == {"USD": 3}


def test_one_currency_costs_nothing_however_many_invoices_are_open(entity):
    InvoiceFactory.create_batch(20, customer__entity=entity, currency="EUR")
    params = {"entity": entity.pk, "books_in": "EUR", "on": MARCH_2, "most": 10}
    assert ForeignAccount.objects.count() == 0
    assert rows_compared(statement("crm.receivables", "debtors_without_rate"), params) < 10


def test_who_may_give_it_is_led_there(client, entity, invoice):
    client.force_login(UserFactory(is_superuser=True, is_staff=True, role="administrator"))
    page = client.get(reverse("customer", args=[invoice.customer_id])).content.decode()
    assert f'{reverse("admin:law_exchangerate_add")}?base=USD&amp;quote=EUR">' in page
