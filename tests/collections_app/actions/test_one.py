"""One action: its words, its sending, the step where a backlog enters; and dunning by hand."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from psycopg.errors import LockNotAvailable

from collections_app.actions import operations
from collections_app.actions.dispatch import HeldByNight
from collections_app.actions.models import Action, ActionKind
from collections_app.actions.views import one
from collections_app.compliance import gates
from collections_app.compliance.gates import Verdict
from crm.accounts.models import Entity, User
from crm.customers.models import Customer
from crm.receivables.models import Invoice
from crm.timeline.models import Entry
from telephony.messaging import operations as messaging
from telephony.messaging.models import Message
from telephony.messaging.operations.queueing import ONE
from tests.factories.accounts import UserFactory
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


def letter_to_send(customer: Customer, template, *, pk: int = 7_654_321, **given) -> Action:
    action = ActionFactory(
        pk=pk, customer=customer, channel="email", template=template, address=customer.addresses.get(), **given
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


class TestAskedForAlready:
    """To press send on what waits, or is held, says so; nothing of it changes."""

    AT = datetime(2026, 3, 3, 9, tzinfo=UTC)
    HELD = "Une nuit inhabituelle retient ce message\xa0: un superviseur la libère ou l’annule dans Rapports du matin."
    NOT_OVER = (
        "La nuit qui a écrit ce message n’est pas finie\xa0: il part après elle, ou après la suivante si elle a échoué."
    )

    @pytest.fixture
    def action(self, customer: Customer, template, monkeypatch: pytest.MonkeyPatch) -> Action:
        """Scheduled by the night 7, which withholds its message."""
        monkeypatch.setattr(timezone, "now", lambda: self.AT)
        monkeypatch.setattr(gates, "evaluate", lambda *_, **__: [Verdict(1, "allowed", "", "", "", None)])
        action = letter_to_send(customer, template, state="scheduled", mode="automatic")
        messaging.withhold(customer.entity, held_by=7)
        messaging.queue_many(ONE, asked_for(action), origin="action", at=self.AT, held_by=7)
        return action

    def test_held_by_its_night_it_is_refused(self, action: Action):
        messaging.hold(action.entity, held_by=7)
        with pytest.raises(HeldByNight):
            operations.send_now(action, by=UserFactory(), at=self.AT)
        assert not Entry.objects.exists()

    @pytest.mark.parametrize(("held", "told"), [(True, HELD), (False, NOT_OVER)])
    def test_the_page_says_that_its_night_keeps_it(self, desk: Client, action: Action, held: bool, told: str):
        if held:
            messaging.hold(action.entity, held_by=7)
        assert pressed(desk, action) == [("warning", f"Boulangerie\xa0: {told}")]
        panel = desk.get(reverse("action_panel", args=[action.pk])).content.decode()
        assert told in panel

    def test_let_go_it_is_on_its_way(self, desk: Client, action: Action):
        messaging.let_go(action.entity)
        [(level, told)] = pressed(desk, action)
        assert (level, told.partition("\xa0")[0]) == ("success", "C’est en route")

    def test_put_off_by_the_ceiling_it_says_until_when(self, desk: Client, action: Action):
        messaging.let_go(action.entity)
        tomorrow = datetime(2026, 3, 4, tzinfo=ZoneInfo("Europe/Paris"))
        Message.objects.update(state="waiting", not_before_at=tomorrow, reason="ceiling: email")
        [(level, told)] = pressed(desk, action)
        day, reason = told.split(". ")
        assert (level, day) == ("success", "Départ prévu le mercredi 4 mars")
        assert reason == "Au-dessus du plafond quotidien (e-mail)\xa0: il attend les jours suivants."

    def test_the_ceiling_of_the_day_counts_before_a_worker_says_so(self, desk: Client, action: Action):
        messaging.let_go(action.entity)
        Entity.objects.update(max_emails_a_day=0)
        [(_level, told)] = pressed(desk, action)
        assert told.startswith("Départ prévu le mercredi 4 mars.")

    def test_nobody_can_tell_whether_it_left(self, desk: Client, action: Action):
        Message.objects.update(state="ambiguous", digest="x")
        assert [level for level, _told in pressed(desk, action)] == ["warning"]

    def test_of_many_it_says_how_many_leave_later(self, desk: Client, action: Action, template):
        messaging.let_go(action.entity)
        Message.objects.update(state="waiting", not_before_at=self.AT + timedelta(days=2))
        other = ActionFactory(
            cycle=action.cycle,
            step_code="other",
            customer=action.customer,
            channel="email",
            template=template,
            address=action.address,
        )
        assert pressed(desk, action, other) == [
            ("success", "Remises à l’envoi\xa0: 2."),
            ("info", "1 d’entre elles partira plus tard\xa0: son panneau dit quand et pourquoi."),
        ]


def asked_for(action: Action) -> dict[str, Any]:
    given = {"entity_id": action.entity_id, "customer_id": action.customer_id, "address_id": action.address_id}
    return given | {"origin_id": action.pk, "attempt_key": 1, "language": "", "occasion": 7, "not_before_at": None}


def pressed(desk: Client, *actions: Action) -> list[tuple[str, str]]:
    """What the page says after a click on send."""
    page = desk.post(reverse("actions_send"), {"action": [action.pk for action in actions]}, follow=True)
    return [(message.level_tag, str(message)) for message in page.context["messages"]]


def test_what_cannot_be_sent_stays_and_is_told(desk: Client, entity: Entity):
    action = ActionFactory(customer__entity=entity)
    page = desk.post(reverse("actions_send"), {"action": action.pk}, follow=True)
    action.refresh_from_db()
    assert action.state == "todo"
    assert [message.level_tag for message in page.context["messages"]] == ["warning"]


CLOSED = datetime(2026, 3, 2, 12, tzinfo=UTC)


def left(action: Action) -> tuple[str, str]:
    return "warning", f"Laissé tel quel\xa0: {action.customer.name} (clos ou parti entre-temps)."


def test_what_was_closed_meanwhile_is_told_when_it_is_sent(desk: Client, entity: Entity):
    closed = ActionFactory(customer__entity=entity, state="done", closed_at=CLOSED)
    assert pressed(desk, closed) == [left(closed)]


def test_of_several_those_that_are_sent_and_those_that_are_not_are_told(desk: Client, customer: Customer, template):
    action = letter_to_send(customer, template)
    closed = ActionFactory(customer__entity=customer.entity, state="done", closed_at=CLOSED)
    told = pressed(desk, action, action, closed)
    assert (Message.objects.get().origin_id, told[1:]) == (action.pk, [left(closed)])


def test_what_others_write_is_told_and_does_not_stop_the_rest(desk: Client, customer: Customer, template, monkeypatch):
    first = letter_to_send(customer, template)
    others = [letter_to_send(customer, template, pk=n, cycle=first.cycle, step_code=f"step-{n}") for n in (1, 2, 3)]
    send, asked = one._send, []

    def busy_but_for_the_second(action: Action, **given: Any) -> Message:
        asked.append(action)
        if len(asked) == 2:
            return send(action, **given)
        raise OperationalError from LockNotAvailable()

    monkeypatch.setattr(one, "_send", busy_but_for_the_second)
    told = [text.replace("\xa0", " ") for _level, text in pressed(desk, first, *others)]
    assert (len(asked), Message.objects.count()) == (3, 1)  # two were waited for in vain, then no more
    busy, more = f"{customer.name} : Ces données sont en cours d’écriture", "Et 1 autre n’a pas été envoyée."
    assert told[1:] == [busy, more]


def test_nothing_ticked_is_told(desk: Client):
    assert pressed(desk) == [("info", "Cochez au moins une ligne.")]


def test_those_beyond_what_is_sent_at_once_are_told(
    desk: Client, entity: Entity, customer: Customer, template, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("collections_app.actions.views.one.MOST_SENT", 1)
    others = ActionFactory.create_batch(2, customer__entity=entity)
    told = pressed(desk, letter_to_send(customer, template), *others)
    assert told[1:] == [("warning", "2 actions n’ont pas été regardées\xa0: au plus 1 partent à la fois.")]


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


class TestManyInvoices:
    """The page shows the oldest; the late ones after them are asked for by one field."""

    @pytest.fixture(autouse=True)
    def of_two(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("collections_app.actions.views.manual.SHOWN", 2, raising=False)

    @pytest.fixture
    def invoices(self, customer: Customer) -> list[Invoice]:
        """In the order of the page: five late ones, one that is not due."""
        for day in range(1, 5):
            InvoiceFactory(customer=customer, issued_on=date(2019, 12, 1), due_on=date(2020, 1, day))
        InvoiceFactory(customer=customer, due_on=date(2099, 1, 1))
        return list(customer.invoices.order_by("due_on", "pk"))

    def test_the_others_are_counted(self, desk: Client, customer: Customer, template, invoices: list[Invoice]):
        page = desk.get(reverse("manual", args=[customer.pk]))
        [one] = page.context["found"]
        assert [item.invoice for item in one["shown"]] == invoices[:2]
        assert (one["hidden"], one["late"], one["late_amount"], one["chosen"]) == (4, 3, 300, 500)
        assert re.findall(r'name="(invoice|rest)" value="(\d+)"', page.text) == [
            ("invoice", str(invoices[0].pk)),
            ("invoice", str(invoices[1].pk)),
            ("rest", str(invoices[1].pk)),
        ]

    @pytest.mark.parametrize(("most", "checked", "chosen"), [(3, " checked", 500), (2, "", 200)])
    def test_the_page_asks_by_itself_for_no_more_than_is_soon_composed(
        self, desk: Client, customer: Customer, template, invoices, monkeypatch, most: int, checked: str, chosen: int
    ):
        monkeypatch.setattr("collections_app.actions.views.manual.MOST_TICKED", most)
        page = desk.get(reverse("manual", args=[customer.pk]))
        assert re.findall(r'id="rest-EUR"( checked)?>', page.text) == [checked]
        assert page.context["found"][0]["chosen"] == chosen

    @pytest.mark.parametrize("rest", [True, False])
    def test_what_is_asked_for(self, desk: Client, customer: Customer, template, invoices: list[Invoice], rest: bool):
        given = {"template": template.pk, "currency": "EUR", "invoice": [invoices[0].pk]}
        given |= {"rest": invoices[1].pk} if rest else {}
        page = desk.post(reverse("manual_preview", args=[customer.pk]), given)
        assert page.context["asked"].amount == (400 if rest else 100)
        desk.post(reverse("manual_open", args=[customer.pk]), given)
        lines = Action.objects.get().lines.values_list("invoice", flat=True)
        assert set(lines) == {one.pk for one in [invoices[0], *(invoices[2:5] if rest else [])]}

    def test_the_rest_alone_is_enough(self, desk: Client, customer: Customer, template, invoices: list[Invoice]):
        given = {"template": template.pk, "currency": "EUR", "rest": invoices[1].pk}
        page = desk.post(reverse("manual_preview", args=[customer.pk]), given)
        assert page.context["asked"].amount == 300

    def test_of_another_customer_nothing_is_the_rest(self, desk: Client, customer: Customer, template):
        given = {"template": template.pk, "currency": "EUR", "rest": InvoiceFactory().pk}
        given["invoice"] = [customer.invoices.get().pk]
        assert desk.post(reverse("manual_preview", args=[customer.pk]), given).context["unfinished"]


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


TOO_LONG = "9" * 5_000


def test_what_is_no_key_names_no_action(desk: Client, customer: Customer, template):
    action = letter_to_send(customer, template)
    desk.post(reverse("actions_send"), {"action": [TOO_LONG, "x", "", action.pk, action.pk]})
    assert Message.objects.get().origin_id == action.pk
    assert "panel" not in desk.get(reverse("worklist"), {"open": TOO_LONG}).context


@pytest.mark.parametrize(("reached_by", "opened_on"), [("post", "post"), ("email", "email"), ("", "email")])
def test_dunning_by_hand_opens_on_a_channel_the_customer_has_an_address_for(
    desk: Client, entity: Entity, reached_by: str, opened_on: str
):
    customer = CustomerFactory(entity=entity)
    InvoiceFactory(customer=customer)
    if reached_by:
        AddressFactory(customer=customer, channel=reached_by)
    for channel in ("email", "post"):
        TemplateVersionFactory(template__entity=entity, template__channel=channel, template__code=channel)
    page = desk.get(reverse("manual", args=[customer.pk]))
    assert page.context["template"].channel == opened_on
