"""Suspending and resuming dunning from the customer page."""

import pytest
from django.test import Client
from django.urls import reverse

from crm.holds.models import Hold
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    client.entity = EntityFactory()
    client.force_login(UserFactory(sees=client.entity))
    return client


def test_a_hold_is_placed_on_an_invoice_and_lifted(desk: Client):
    invoice = InvoiceFactory(customer__entity=desk.entity)
    given = {"kind": "dispute", "reason": "Avarie", "invoice": invoice.pk}
    desk.post(reverse("hold_place", args=[invoice.customer_id]), given)
    hold = Hold.objects.get()
    assert (hold.invoice, hold.reason, hold.ended_on) == (invoice, "Avarie", None)
    desk.post(reverse("hold_lift", args=[hold.pk]))
    hold.refresh_from_db()
    assert hold.outcome == "lifted"


def test_an_invoice_of_another_customer_is_refused(desk: Client):
    customer = CustomerFactory(entity=desk.entity)
    given = {"kind": "dispute", "reason": "x", "invoice": InvoiceFactory().pk}
    desk.post(reverse("hold_place", args=[customer.pk]), given)
    assert not Hold.objects.exists()


def test_nobody_lifts_a_hold_he_does_not_see(desk: Client):
    invoice = InvoiceFactory()
    hold = Hold.objects.create(
        entity=invoice.entity,
        customer=invoice.customer,
        kind="manual",
        reason="x",
        starts_on="2026-01-01",
        created_at="2026-01-01T00:00:00Z",
    )
    assert desk.post(reverse("hold_lift", args=[hold.pk])).status_code == 404


def test_a_promise_without_its_day_is_refused_and_why(desk: Client):
    customer = CustomerFactory(entity=desk.entity)
    given = {"kind": "promise", "reason": "Paie en fin de mois"}
    page = desk.post(reverse("hold_place", args=[customer.pk]), given, follow=True)
    assert ["Une promesse a besoin du jour" in str(message) for message in page.context["messages"]] == [True]
    desk.post(reverse("hold_place", args=[customer.pk]), given | {"ends_on": "2099-01-01"})
    assert Hold.objects.get().kind == "promise"
