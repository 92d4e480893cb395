from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.accounts.calendars import today
from crm.receivables import waiver_admin
from crm.receivables.late_charges import waive
from crm.receivables.models import FormalNotice, Waiver
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db
ADD = reverse("admin:receivables_waiver_add")


@pytest.fixture
def entity(client):
    entity = EntityFactory()
    client.force_login(UserFactory(supervisor=True, sees=entity))
    return entity


def late(entity, **kwargs):
    customer = CustomerFactory(entity=entity, **kwargs)
    return InvoiceFactory(customer=customer, issued_on="2025-07-01", due_on=date(2025, 7, 31))


def send(client, invoice, **kwargs):
    return client.post(ADD, {"invoice": invoice.pk, "kind": "indemnity", "amount": "", "reason": "Geste"} | kwargs)


def test_a_supervisor_waives_the_indemnity(client, entity):
    invoice = late(entity)
    assert send(client, invoice).status_code == 302
    waiver = Waiver.objects.get()
    assert (waiver.invoice, waiver.amount, waiver.by.role) == (invoice, Decimal(40), "supervisor")


@pytest.mark.parametrize("kwargs", [{"amount": "40.01"}, {"amount": "1.005"}, {"reason": ""}])
def test_what_is_refused_is_told_in_the_form(client, entity, kwargs):
    page = send(client, late(entity), **kwargs)
    assert page.status_code == 200
    assert page.context["adminform"].form.errors
    assert not Waiver.objects.exists()


@pytest.mark.parametrize(("typed", "field"), [("1.200", "__all__"), ("1e1", "amount")])
def test_an_amount_is_read_as_typed_amounts_are(client, entity, typed, field):
    """1.200 is one thousand two hundred: more than is owed."""
    assert list(send(client, late(entity), amount=typed).context["adminform"].form.errors) == [field]
    assert not Waiver.objects.exists()


@pytest.mark.parametrize(("currency", "amount"), [("EUR", 1200), ("TND", Decimal("1.2"))])
def test_the_invoice_chosen_tells_how_it_is_read(entity, currency, amount):
    invoice = InvoiceFactory(customer__entity=entity, currency=currency)
    form = waiver_admin.WaiverForm({"invoice": invoice.pk, "amount": "1,200"})
    assert form.fields["amount"].clean("1,200") == amount


def test_what_another_person_waived_meanwhile_is_told(client, entity, monkeypatch):
    invoice = late(entity)
    waive(invoice, kind="indemnity", reason="Geste", on=today(entity, timezone.now()), at=timezone.now(), by=None)
    # The form of the second one was checked before the first one saved his.
    monkeypatch.setattr(waiver_admin, "check_waiver", lambda invoice, kind, amount, on: Decimal(40))
    page = client.post(ADD, {"invoice": invoice.pk, "kind": "indemnity", "reason": "Geste"}, follow=True)
    assert [str(message) for message in page.context["messages"]] == ["0 EUR peuvent encore être abandonnés."]
    assert (page.redirect_chain, Waiver.objects.count()) == ([(ADD, 302)], 1)


def test_what_a_public_body_owes_is_not_waived(client, entity):
    page = send(client, late(entity, public_body=True))
    assert "L2192-14" in page.content.decode()


def test_an_invoice_of_another_entity_is_not_there(client, entity):
    assert send(client, late(EntityFactory())).status_code == 200
    assert not Waiver.objects.exists()


def test_an_auditor_waives_nothing(client, entity):
    client.force_login(UserFactory(auditor=True, sees=entity))
    assert send(client, late(entity)).status_code == 403


def test_the_list_of_formal_notices_names_the_customer(client, entity):
    FormalNotice.objects.create(invoice=late(entity, name="Fromagerie Blanc"), on="2025-09-01", at="2025-09-01T08:00Z")
    page = client.get(reverse("admin:receivables_formalnotice_changelist")).content.decode()
    assert "Fromagerie Blanc" in page
