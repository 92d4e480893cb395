"""The page that explains a decision."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collections_app.engine.forms import StartForm
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.actions import ActionFactory
from tests.factories.customers import CustomerFactory
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


def test_the_start_of_a_night_says_of_how_many_up_to_a_number(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("collections_app.engine.forms.COUNTED", 2)
    here, many, _nobodys = (EntityFactory(code=code) for code in ("A1", "B2", "C3"))
    CustomerFactory(entity=here, merged_into=CustomerFactory(entity=here))
    CustomerFactory.create_batch(5, entity=many)
    form = StartForm(user=UserFactory(is_superuser=True, role="administrator"))
    with django_assert_num_queries(2):
        assert form.concerned() == ["A1 : 1 client.", "B2 : >\u00a02 clients."]
