from datetime import date

import pytest
from django.urls import reverse

from crm.customers.models import Customer
from crm.holds.models import Hold, HoldOutcome
from crm.timeline.models import Entry
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(client):
    entity = EntityFactory()
    client.force_login(UserFactory(supervisor=True, sees=entity))
    return CustomerFactory(entity=entity)


def form(customer, **changes):
    return {"customer": customer.pk, "kind": "manual", "reason": "Negotiation", "starts_on": "2026-03-01"} | changes


def test_a_supervisor_places_and_lifts_a_hold(client, customer):
    assert client.post(reverse("admin:holds_hold_add"), form(customer)).status_code == 302
    hold = Hold.objects.get()
    assert (hold.entity, hold.customer, str(hold.author) != "") == (customer.entity, customer, True)
    lift = {"action": "lift", "_selected_action": [hold.pk]}
    client.post(reverse("admin:holds_hold_changelist"), lift)
    assert Hold.objects.get().outcome == HoldOutcome.LIFTED
    assert Entry.objects.filter(customer=customer).count() == 2
    page = client.post(reverse("admin:holds_hold_changelist"), lift, follow=True)
    assert [message.level_tag for message in page.context["messages"]][-1] == "warning"


def test_a_supervisor_calls_a_mistake_what_is_in_force_or_has_ended(client, customer):
    for reason in ("RJ", "LJ"):
        client.post(reverse("admin:holds_hold_add"), form(customer, kind="insolvency", reason=reason))
    ended, in_force = Hold.objects.order_by("pk")
    client.post(reverse("admin:holds_hold_changelist"), {"action": "lift", "_selected_action": [ended.pk]})
    mistake = {"action": "mistake", "_selected_action": [ended.pk, in_force.pk]}
    for levels in (["success", "success"], ["warning", "warning"]):
        page = client.post(reverse("admin:holds_hold_changelist"), mistake, follow=True)
        assert [message.level_tag for message in page.context["messages"]][-2:] == levels
        assert list(Hold.objects.values_list("outcome", flat=True)) == ["mistake", "mistake"]


@pytest.mark.parametrize("wrong", [{"ends_on": "2026-02-01"}, {"reason": ""}, {"invoice": "another"}])
def test_a_hold_that_makes_no_sense_is_refused_in_the_form(client, customer, wrong):
    if "invoice" in wrong:
        other = CustomerFactory(entity=customer.entity)
        wrong = {"invoice": InvoiceFactory(customer=other).pk}
    page = client.post(reverse("admin:holds_hold_add"), form(customer, **wrong))
    assert page.status_code == 200
    assert page.context["adminform"].form.errors
    assert not Hold.objects.exists()


def test_a_judgment_to_come_is_refused_in_the_form(client, customer):
    given = form(customer, kind="insolvency", born_before="2062-03-02")
    page = client.post(reverse("admin:holds_hold_add"), given)
    assert list(page.context["adminform"].form.errors) == ["born_before"]
    assert client.post(reverse("admin:holds_hold_add"), given | {"born_before": "2026-02-01"}).status_code == 302
    assert Hold.objects.get().born_before == date(2026, 2, 1)


def test_one_that_says_the_same_is_told(client, customer):
    client.post(reverse("admin:holds_hold_add"), form(customer))
    page = client.post(reverse("admin:holds_hold_add"), form(customer), follow=True)
    assert ["existe déjà" in str(message) for message in page.context["messages"]][-1:] == [True]
    assert Hold.objects.count() == 1


def test_a_hold_in_place_is_not_rewritten(client, customer):
    client.post(reverse("admin:holds_hold_add"), form(customer))
    url = reverse("admin:holds_hold_change", args=[Hold.objects.get().pk])
    assert client.get(url).context["has_change_permission"] is False
    assert client.post(url, form(customer)).status_code == 403


def test_a_record_that_was_merged_is_neither_offered_nor_taken(client, customer):
    kept = CustomerFactory(entity=customer.entity, name=customer.name)
    Customer.objects.filter(pk=customer.pk).update(merged_into=kept)
    page = client.post(reverse("admin:holds_hold_add"), form(customer))
    assert list(page.context["adminform"].form.errors) == ["customer"]
    field = {"app_label": "holds", "model_name": "hold", "field_name": "customer", "term": customer.name}
    answer = client.get(reverse("admin:autocomplete"), field).json()
    assert [found["id"] for found in answer["results"]] == [str(kept.pk)]
