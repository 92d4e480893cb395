"""A NUL in an address, a query or a form is refused in words, wherever it is sent: the database cannot hold it."""

import pytest
from django.urls import reverse

from crm.timeline.models import Entry
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
TITLE = "Ce qui a été envoyé contient un caractère NUL"
FIELD = {"app_label": "customers", "model_name": "customer", "field_name": "parent"}


@pytest.fixture
def customer(client):
    customer = CustomerFactory(entity=EntityFactory())
    client.force_login(UserFactory(supervisor=True, sees=customer.entity))
    return customer


def queries(customer):
    return {
        reverse("customer_merge", args=[customer.pk]): {"q": "a\0"},
        reverse("admin:autocomplete"): FIELD | {"term": "\0"},
        reverse("admin:customers_customer_changelist"): {"q": "a\0b"},
        reverse("customers"): {"q": "\0"},
        reverse("worklist"): {"x\0": "1"},
    }


@pytest.mark.parametrize("place", range(5))
def test_a_query_with_one_is_refused_in_words(client, customer, place):
    path, query = list(queries(customer).items())[place]
    page = client.get(path, query)
    assert (page.status_code, TITLE in page.text) == (400, True)


def test_so_is_a_form_and_nothing_is_written(client, customer):
    path = reverse("note_add", args=[customer.pk])
    page = client.post(path, {"text": "Rappeler\0lundi"})
    assert (page.status_code, TITLE in page.text, Entry.objects.count()) == (400, True, 0)
    fragment = client.post(path, {"text": "\0"}, headers={"hx-request": "true"}).text
    assert (TITLE in fragment, "<html" in fragment) == (True, False)


def test_so_is_an_address_and_a_program_reads_json(client, customer):
    answer = client.get("/api/v1/entities/X/customers/%00")
    assert (answer.status_code, answer.json()) == (400, {"detail": TITLE})
    assert client.get("/customers/%00/").status_code == 400


def test_in_the_language_of_the_person(client, customer):
    user = UserFactory(language="en")
    client.force_login(user)
    assert "What was sent contains a NUL character" in client.get("/", {"q": "\0"}).text
