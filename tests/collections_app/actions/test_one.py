"""One action: its words, its sending, the step where a backlog enters; and dunning by hand."""

import pytest
from django.test import Client
from django.urls import reverse

from collections_app.actions.models import Action, ActionKind
from crm.accounts.models import Entity, User
from crm.customers.models import Customer
from telephony.messaging.models import Message
from tests.factories.actions import ActionFactory, ActionLineFactory
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.letters import TemplateVersionFactory
from tests.factories.receivables import InvoiceFactory
from tests.factories.scenarios import published_scenario

pytestmark = pytest.mark.django_db


@pytest.fixture
def template(entity: Entity):
    text = {"subject": "Rappel", "body": "Bonjour {{ customer.name }}"}
    return TemplateVersionFactory(template__entity=entity, template__channel="email", **text).template


@pytest.fixture
def customer(entity: Entity) -> Customer:
    """With an e-mail address, and a late invoice of 100,00 EUR under a large key."""
    customer = CustomerFactory(entity=entity, name="Boulangerie")
    AddressFactory(customer=customer)
    InvoiceFactory(pk=1_234_567, customer=customer)
    return customer


def letter_to_send(customer: Customer, template, **given) -> Action:
    action = ActionFactory(
        pk=7_654_321, customer=customer, channel="email", template=template, address=customer.addresses.get(), **given
    )
    ActionLineFactory(action=action, invoice=customer.invoices.get())
    return action


def test_the_words_are_those_that_would_leave(desk: Client, customer: Customer, template):
    page = desk.get(reverse("action_words", args=[letter_to_send(customer, template).pk]))
    assert "Bonjour Boulangerie" in page.content.decode()


def test_an_action_without_template_says_so(desk: Client, entity: Entity):
    page = desk.get(reverse("action_words", args=[ActionFactory(customer__entity=entity).pk]))
    assert "Aucun modèle" in page.content.decode()


def test_approved_goes_to_the_outbox(desk: Client, customer: Customer, template):
    action = letter_to_send(customer, template, state="to_approve", mode="approval")
    desk.post(reverse("actions_send"), {"action": action.pk})
    action.refresh_from_db()
    assert (action.state, Message.objects.get().origin_id) == ("scheduled", action.pk)


def test_what_cannot_be_sent_stays_and_is_told(desk: Client, entity: Entity):
    action = ActionFactory(customer__entity=entity)
    page = desk.post(reverse("actions_send"), {"action": action.pk}, follow=True)
    action.refresh_from_db()
    assert action.state == "todo"
    assert [message.level_tag for message in page.context["messages"]] == ["warning"]


def test_keys_above_a_thousand_are_written_plainly(desk: Client, customer: Customer, template):
    action = letter_to_send(customer, template)
    panel = desk.get(reverse("action_panel", args=[action.pk])).content.decode()
    manual = desk.get(reverse("manual", args=[customer.pk])).content.decode()
    assert f'name="action" value="{action.pk}"' in panel
    assert f'name="invoice" value="{customer.invoices.get().pk}"' in manual


def test_a_backlog_enters_at_the_chosen_step(desk: Client, customer: Customer):
    steps = [{"code": "first", "offset_days": 5}, {"code": "second", "offset_days": 15}]
    version = published_scenario(customer.entity, steps=steps)
    action = ActionFactory(customer=customer, kind=ActionKind.ENTRY, scenario_version=version, cycle__by_hand=True)
    desk.post(reverse("action_enter", args=[action.pk]), {"step": "second"})
    action.cycle.refresh_from_db()
    assert (action.cycle.by_hand, action.cycle.passed_offset) == (False, 5)


def test_the_preview_shows_what_would_leave(desk: Client, customer: Customer, template):
    given = {"template": template.pk, "currency": "EUR", "invoice": [customer.invoices.get().pk]}
    page = desk.post(reverse("manual_preview", args=[customer.pk]), given)
    assert (page.context["composed"].subject, page.context["composed"].amounts) == ("Rappel", {"EUR": 100})


def test_a_preview_without_invoice_says_so(desk: Client, customer: Customer, template):
    page = desk.post(reverse("manual_preview", args=[customer.pk]), {"template": template.pk, "currency": "EUR"})
    assert "Choisissez au moins une facture." in page.content.decode()
    assert "notice-error" not in page.content.decode()  # nothing is wrong, it is not finished


@pytest.mark.parametrize(("button", "state", "messages"), [({"send": "1"}, "scheduled", 1), ({}, "todo", 0)])
def test_dunning_by_hand(
    desk: Client, lea: User, customer: Customer, template, button: dict[str, str], state: str, messages: int
):
    given = {"template": template.pk, "currency": "EUR", "invoice": [customer.invoices.get().pk]}
    desk.post(reverse("manual_open", args=[customer.pk]), given | button)
    action = Action.objects.get()
    assert (action.kind, action.state, action.owner, action.amount) == ("manual", state, lea, 100)
    assert Message.objects.count() == messages


def test_nobody_duns_a_customer_he_does_not_see(desk: Client):
    assert desk.get(reverse("manual", args=[CustomerFactory().pk])).status_code == 404


@pytest.mark.parametrize("of_the_night", ["none", "invalid", "refused", "over"])
def test_an_address_added_since_the_night_serves(desk: Client, customer: Customer, template, of_the_night: str):
    """The list says to add one on the page of the customer: then it must leave to it."""
    action = letter_to_send(customer, template, state="to_approve", mode="approval")
    wrong = {"invalid": {"invalid_since": "2026-02-01"}, "refused": {"consent": "refused"}}
    wrong |= {"over": {"valid_until": "2026-02-01"}, "none": {}}
    customer.addresses.update(**wrong[of_the_night], preferred=False)
    if of_the_night == "none":
        customer.addresses.all().delete()
    good = AddressFactory(customer=customer, value="new@client.example")
    desk.post(reverse("actions_send"), {"action": action.pk})
    action.refresh_from_db()
    assert (action.state, action.address, Message.objects.get().address) == ("scheduled", good, good)
