"""Two requests with the same rows at once: the later one finds what the first one wrote."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crm.customers.models import Customer
from crm.imports.feeds.credits import feed_credits
from crm.imports.feeds.customers import feed_customers
from crm.imports.feeds.invoices import feed_invoices
from crm.receivables.models import Credit, Invoice
from tests.connections import beside
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/api/v1/entities/ACME"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
INVOICE = {"external_id": "FA1", "customer": "C1", "issued_on": date(2026, 1, 2), "due_on": date(2026, 2, 1)}
PAYMENT = {"external_id": "RG1", "customer": "C1", "received_on": date(2026, 2, 10), "amount": Decimal(100)}


def crossing(erp, entity, feed, first, what, second, **kwargs):
    """What the API answers to who sends `second` while `first` is being written."""

    def send():
        body = erp.post(f"{BASE}/{what}/bulk", {"rows": [second], **kwargs}, format="json").json()
        return body["created"], body["updated"], body["unchanged"], [error["field"] for error in body["errors"]]

    with beside(send) as other:
        feed(entity, {0: first}, by=None, at=NOON)
        other.start()
    return other.result()


def test_a_customer_has_the_fields_of_both(entity, erp):
    first = {"external_id": "C1", "name": "Morel", "city": "Lyon"}
    second = {"external_id": "C1", "name": "Morel", "category": "B"}
    assert crossing(erp, entity, feed_customers, first, "customers", second) == (0, 1, 0, [])
    assert Customer.objects.values("city", "category").get() == {"city": "Lyon", "category": "B"}


def test_the_address_of_the_second_is_added(entity, erp):
    first = {"external_id": "C1", "name": "Morel"}
    second = first | {"email": "compta@morel.example"}
    assert crossing(erp, entity, feed_customers, first, "customers", second) == (0, 1, 0, [])
    assert Customer.objects.get().addresses.count() == 1


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({"amount": "50.00", "due_on": "2026-02-01"}, (0, 0, 1, [])),
        ({"amount": "60.00", "due_on": "2026-02-01"}, (0, 0, 0, ["amount"])),
        ({"amount": "50.00", "due_on": "2026-03-01"}, (0, 1, 0, [])),
        ({"installments": [{"due_on": "2026-02-01", "amount": "50.00"}, {"due_on": "2026-03-01", "amount": "70.00"}]},
         (0, 0, 0, ["amount"])),
    ],
)  # fmt: skip
def test_an_invoice_is_that_of_the_first(entity, erp, given, answer):
    CustomerFactory(entity=entity, external_id="C1")
    second = {"external_id": "FA1", "customer": "C1", "issued_on": "2026-01-02"} | given
    first = INVOICE | {"amount": Decimal(50)}
    assert crossing(erp, entity, feed_invoices, first, "invoices", second) == answer
    assert Invoice.objects.get().amount == Decimal(50)


@pytest.mark.parametrize(("amount", "answer"), [("100.00", (0, 0, 1, [])), ("90.00", (0, 0, 0, ["amount"]))])
def test_a_payment_is_that_of_the_first(entity, erp, amount, answer):
    CustomerFactory(entity=entity, external_id="C1")
    second = PAYMENT | {"amount": amount}
    assert crossing(erp, entity, feed_credits, PAYMENT, "payments", second) == answer
    assert Credit.objects.get().amount == Decimal(100)


def test_all_or_nothing_is_judged_by_what_the_first_wrote(entity, erp):
    CustomerFactory(entity=entity, external_id="C1")
    second = PAYMENT | {"amount": "90.00"}
    answer = crossing(erp, entity, feed_credits, PAYMENT, "payments", second, all_or_nothing=True)
    assert answer == (0, 0, 0, ["amount"])


def test_a_payment_sent_again_before_the_first_is_answered_is_no_error(entity, erp):
    customer = CustomerFactory(entity=entity, external_id="C1")
    InvoiceFactory(customer=customer, external_id="FA1", amount=Decimal(100))
    part = {"invoice": "FA1", "amount": Decimal(100)}
    second = PAYMENT | {"allocations": [part]}
    assert crossing(erp, entity, feed_credits, second, "payments", second) == (0, 0, 1, [])
    assert Invoice.objects.get().open_amount == 0
