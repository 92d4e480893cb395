"""The page that explains a decision."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db


def test_the_page_gives_the_sentence_of_the_explanation(client: Client):
    entity = EntityFactory()
    client.force_login(UserFactory(sees=entity))
    invoice = InvoiceFactory(customer__entity=entity)
    page = client.get(reverse("customer_why", args=[invoice.customer_id]), {"on": "2026-03-02"})
    assert "Aucun scénario publié ne s’applique" in page.content.decode()
    assert [row["item"].number for row in page.context["accounts"][0]["items"]] == [invoice.number]


def test_a_customer_nobody_gave_him_is_not_explained(client: Client):
    client.force_login(UserFactory())
    assert client.get(reverse("customer_why", args=[InvoiceFactory().customer_id])).status_code == 404
