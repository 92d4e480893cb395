"""The page that explains a decision."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.actions import ActionFactory
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


def test_the_page_costs_the_same_for_any_number_of_actions(client: Client):
    client.force_login(UserFactory(sees=(entity := EntityFactory())))
    invoice = InvoiceFactory(customer__entity=entity)
    costs = []
    for number in (1, 2):  # one action, then three
        for place in range(number):
            ActionFactory(customer=invoice.customer, step_code=f"s{number}-{place}", cycle__closed_on=date(2026, 3, 2))
        with CaptureQueriesContext(connection) as spent:
            page = client.get(reverse("customer_why", args=[invoice.customer_id]), {"on": "2026-03-02"})
        costs.append(len(spent))
        assert len(page.context["actions"]) == (1, 3)[number - 1]
    assert costs[0] == costs[1]
