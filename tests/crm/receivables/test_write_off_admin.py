import re
from decimal import Decimal

import pytest
from django.urls import reverse

from crm.receivables.models import Invoice, Movement
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def entity(client):
    entity = EntityFactory()
    client.force_login(UserFactory(supervisor=True, sees=entity))
    return entity


@pytest.fixture
def invoice(entity):
    return InvoiceFactory(customer=CustomerFactory(entity=entity), amount=Decimal(100), open_amount=Decimal(100))


def url(invoice):
    return reverse("admin:receivables_invoice_write_off", args=[invoice.pk])


def open_of(invoice):
    return Invoice.objects.get(pk=invoice.pk).open_amount


def test_a_supervisor_gives_a_part_up_and_claims_it_again(client, invoice):
    assert (
        client.post(url(invoice), {"amount": "30", "read": "100", "reason": "Trop cher à poursuivre"}).status_code
        == 302
    )
    movement = Movement.objects.get(invoice=invoice, kind="written_off")
    assert (open_of(invoice), movement.reason, movement.by.role) == (70, "Trop cher à poursuivre", "supervisor")
    assert "Trop cher à poursuivre" in client.get(url(invoice)).content.decode()
    client.post(url(invoice), {"undone": movement.pk})
    assert open_of(invoice) == 100
    page = client.post(url(invoice), {"undone": movement.pk})
    assert (page.status_code, open_of(invoice)) == (200, 100)


@pytest.mark.parametrize(
    ("currency", "typed", "left"),
    [("EUR", "1.200", 800), ("EUR", "1 200,50", Decimal("799.5")), ("TND", "1,200", Decimal("1998.8"))],
)
def test_what_is_given_up_is_read_as_typed_amounts_are(client, entity, currency, typed, left):
    amount = Decimal(2000)
    invoice = InvoiceFactory(customer__entity=entity, amount=amount, open_amount=amount, currency=currency)
    client.post(url(invoice), {"amount": typed, "read": "2000", "reason": "Geste"})
    assert open_of(invoice) == left


def test_what_the_page_proposes_in_dinars_is_given_up_whole(client, entity):
    amount = Decimal("850.750")
    invoice = InvoiceFactory(customer__entity=entity, amount=amount, open_amount=amount, currency="TND")
    fields = re.findall(r'name="(amount|read)" value="([^"]*)"', client.get(url(invoice)).text)
    assert client.post(url(invoice), dict(fields) | {"reason": "Geste"}).status_code == 302
    assert open_of(invoice) == 0


def test_what_may_be_two_amounts_is_not_given_up(client, entity):
    invoice = InvoiceFactory(customer__entity=entity, amount=2000, open_amount=2000, currency="TND")
    page = client.post(url(invoice), {"amount": "1.200", "read": "2000", "reason": "Geste"})
    assert (page.status_code, "tapez 1200 ou 1,200" in page.text, open_of(invoice)) == (200, True, 2000)


@pytest.mark.parametrize("wrong", [{"amount": "100.01"}, {"amount": "0"}, {"amount": "-5"}, {"reason": ""}])
def test_what_cannot_be_given_up_is_told(client, invoice, wrong):
    page = client.post(url(invoice), {"amount": "30", "read": "100", "reason": "Geste"} | wrong)
    assert (page.status_code, open_of(invoice)) == (200, 100)


def test_what_was_decided_on_another_amount_is_asked_again(client, invoice):
    """A second click, or what an import closed meanwhile."""
    sent = {"amount": "30", "read": "100", "reason": "Geste"}
    client.post(url(invoice), sent)
    again = client.post(url(invoice), sent)
    assert (again.status_code, open_of(invoice)) == (200, 70)
    assert ["70,00\xa0€" in str(message) for message in again.context["messages"]] == [False, True]
    form = again.context["form"]
    assert [form[name].value() for name in ("amount", "read", "reason")] == ["70", 70, "Geste"]
    assert client.post(url(invoice), sent | {"read": "70.00"}).status_code == 302
    assert open_of(invoice) == 40


def test_the_page_of_the_invoice_leads_there(client, invoice):
    page = client.get(reverse("admin:receivables_invoice_change", args=[invoice.pk])).content.decode()
    assert url(invoice) in page


def test_an_auditor_gives_nothing_up(client, entity, invoice):
    client.force_login(UserFactory(auditor=True, sees=entity))
    assert client.post(url(invoice), {"amount": "30", "reason": "x"}).status_code == 403
    page = client.get(reverse("admin:receivables_invoice_change", args=[invoice.pk])).content.decode()
    assert url(invoice) not in page


def test_an_invoice_of_another_entity_is_not_there(client, entity):
    assert client.get(url(InvoiceFactory())).status_code == 404


def test_only_a_write_off_of_this_invoice_is_taken_back(client, invoice):
    other = InvoiceFactory(customer=invoice.customer)
    client.post(url(other), {"amount": "1", "read": "100", "reason": "x"})
    movement = Movement.objects.get(invoice=other)
    assert client.post(url(invoice), {"undone": movement.pk}).status_code == 404
    for no_key in ("²", "9" * 5_000):
        assert client.post(url(invoice), {"undone": no_key}).status_code == 404
