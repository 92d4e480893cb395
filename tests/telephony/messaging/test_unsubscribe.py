import pytest
from django.test import Client
from django.urls import reverse

from crm.events.models import Event
from crm.timeline.models import Entry
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.messaging import planned

pytestmark = pytest.mark.django_db


def page(message) -> str:
    return reverse("messaging:unsubscribe", args=[message.token])


def test_a_visit_changes_nothing(client):
    message = planned()
    assert message.recipient in client.get(page(message)).content.decode()
    message.address.refresh_from_db()
    assert message.address.opted_out_at is None


def test_one_click_of_the_mail_program_is_enough():
    message = planned()
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(page(message), {"List-Unsubscribe": "One-Click"})
    message.address.refresh_from_db()
    assert answer.status_code == 200
    assert message.address.opted_out_at is not None
    assert Entry.objects.get().kind == "change"
    assert Event.objects.filter(kind="message.unsubscribed").count() == 1


def test_clicking_twice_is_written_once(client):
    message = planned()
    client.post(page(message))
    client.post(page(message))
    assert Entry.objects.count() == 1


def test_the_same_mailbox_at_another_customer_of_the_entity_is_left_in_peace_too(client):
    message = planned()
    entity = message.entity
    same = AddressFactory(customer=CustomerFactory(entity=entity), value=message.recipient)
    elsewhere = AddressFactory(value=message.recipient)
    client.post(page(message))
    same.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (same.opted_out_at is None, elsewhere.opted_out_at is None) == (False, True)


def test_the_page_speaks_the_language_of_the_message(client):
    message = planned(language="en")
    assert "Stop these messages" in client.get(page(message)).content.decode()
    message = planned(2, language="fr")
    assert "Ne plus recevoir ces messages" in client.get(page(message)).content.decode()


def test_a_wrong_token_leads_nowhere(client):
    assert client.get(reverse("messaging:unsubscribe", args=["0" * 32])).status_code == 404
