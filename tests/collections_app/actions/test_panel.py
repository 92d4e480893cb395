"""What the panel of an action says of it, and what the page of a customer says of his open actions."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from collections_app.actions.models import Action
from collections_app.actions.panels import open_actions
from collections_app.actions.views.panel import panel_context
from crm.accounts.models import Entity, User
from crm.holds.operations import place_hold
from telephony.messaging import operations as messaging
from telephony.messaging.models import Message
from tests.factories.accounts import UserFactory
from tests.factories.actions import ActionFactory, ActionLineFactory
from tests.factories.customers import AddressFactory
from tests.factories.receivables import InvoiceFactory
from tests.factories.scenarios import TemplateFactory

pytestmark = pytest.mark.django_db
MARCH_2, NOON = date(2026, 3, 2), datetime(2026, 3, 2, 12, tzinfo=UTC)


def reasons(action: Action, lea: User) -> list[str]:
    return [str(reason.label) for reason in panel_context(action, lea, MARCH_2)["reasons"]]


def test_what_was_approved_waits_for_approval_no_more(lea: User, entity: Entity):
    given = {"customer__entity": entity, "reasons": ["to_approve", "formal_notice"], "to_approve": True}
    waiting, approved = ActionFactory(**given), ActionFactory(**given, state="scheduled")
    assert [reasons(one, lea) for one in (waiting, approved)] == [
        ["Attend une approbation", "Mise en demeure"],
        ["Mise en demeure"],
    ]


@pytest.mark.parametrize(("state", "offered"), [("ready", False), ("planned", True)])
def test_a_letter_that_is_written_is_not_sent_again(desk: Client, entity: Entity, state: str, offered: bool):
    given = {"state": "scheduled", "mode": "approval", "channel": "post", "template": TemplateFactory()}
    action = ActionFactory(customer__entity=entity, **given)
    address = AddressFactory(customer=action.customer, channel="post", value="1 rue du Lac")
    message = messaging.queue(address, origin="action", origin_id=action.pk, at=NOON, attempt_key=1)
    Message.objects.filter(pk=message.pk).update(state=state, digest="d" * 64)
    page = desk.get(reverse("action_panel", args=[action.pk])).content.decode()
    assert (reverse("actions_send") in page, "La lettre est écrite" in page) == (offered, not offered)


class TestOneCustomerTwice:
    """A call about what is late and one about what falls due soon are two tasks, and one conversation."""

    @pytest.fixture
    def calls(self, entity: Entity, lea: User) -> list[Action]:
        first = ActionFactory(customer__entity=entity, owner=lea, weight=500.0)
        soon = ActionFactory(
            customer=first.customer, kind="preventive", cycle=None, step_code="s-5", owner=lea, weight=500.0
        )
        return [first, soon, ActionFactory(customer__entity=entity, owner=lea, weight=100.0)]

    def test_the_list_puts_them_together_and_says_so(self, desk: Client, calls: list[Action]):
        page = desk.get("/")
        assert [action.pk for action in page.context["page"].rows] == [action.pk for action in calls]
        assert page.content.decode().count(">Même client</span>") == 1

    def test_each_panel_leads_to_the_others(self, lea: User, calls: list[Action]):
        beside = [[other["action"].pk for other in panel_context(one, lea, MARCH_2)["beside"]] for one in calls]
        assert beside == [[calls[1].pk], [calls[0].pk], []]

    def test_what_is_closed_or_leaves_by_itself_is_not_among_them(self, desk: Client, calls: list[Action]):
        path = reverse("action_panel", args=[calls[0].pk])
        assert "un seul contact peut suffire" in desk.get(path).content.decode()
        for values in ({"state": "scheduled", "closed_at": None}, {"state": "done", "closed_at": NOON}):
            Action.objects.filter(pk=calls[1].pk).update(**values)
            assert "un seul contact peut suffire" not in desk.get(path).content.decode()

    @pytest.mark.parametrize("count", [1, 3])
    def test_it_costs_the_same(self, lea: User, calls: list[Action], count: int, django_assert_num_queries: Any):
        for number in range(count):
            ActionFactory(customer=calls[0].customer, cycle=calls[0].cycle, step_code=f"other-{number}")
        with django_assert_num_queries(7):
            assert len(panel_context(calls[0], lea, MARCH_2)["beside"]) == count + 1


class TestAddresses:
    def page(self, desk: Client, action: Action) -> str:
        return desk.get(reverse("action_panel", args=[action.pk])).content.decode()

    def test_a_long_one_is_whole_and_is_copied(self, desk: Client, entity: Entity):
        value = "comptabilite.fournisseurs@scierie-guillot-et-fils.example"
        address = AddressFactory(customer__entity=entity, value=value)
        page = self.page(desk, ActionFactory(customer=address.customer))
        assert (f'class="whole" href="mailto:{value}"' in page, f'data-copy="#address-{address.pk}"' in page) == (
            True,
            True,
        )

    @pytest.mark.parametrize(
        ("channel", "known", "offered"),
        [("phone", None, True), ("phone", "email", True), ("phone", "phone", False), ("email", "email", False)],
    )
    def test_without_a_number_to_call_one_is_added_from_here(
        self, desk: Client, entity: Entity, channel: str, known: str | None, offered: bool
    ):
        action = ActionFactory(customer__entity=entity, channel=channel)
        if known:
            AddressFactory(customer=action.customer, **({"phone": True} if known == "phone" else {}))
        page = self.page(desk, action)
        assert (reverse("address_add", args=[action.customer_id]) in page) == offered
        assert ("Aucun numéro de téléphone" in page) == (offered and known is not None)

    def test_who_only_reads_is_not_asked_to(self, client: Client, entity: Entity):
        client.force_login(UserFactory(auditor=True, sees=entity))
        action = ActionFactory(customer__entity=entity)
        assert reverse("address_add", args=[action.customer_id]) not in self.page(client, action)


class TestOnHold:
    """The page of a customer marks the actions whose invoices are all suspended."""

    @pytest.fixture
    def action(self, entity: Entity) -> Action:
        action = ActionFactory(customer__entity=entity)
        ActionLineFactory.create_batch(2, action=action)
        return action

    def marks(self, action: Action, lea: User) -> list[bool]:
        shown: Any = open_actions(action.customer, lea)
        return [row["on_hold"] for row in shown["actions"]]

    def hold(self, action: Action, **given: Any) -> None:
        values = {"kind": "plan", "reason": "x", "starts_on": MARCH_2, "ends_on": date(2099, 1, 1), "at": NOON}
        place_hold(action.customer, **values | given)

    def test_of_a_whole_account(self, action: Action, lea: User):
        assert self.marks(action, lea) == [False]
        self.hold(action)
        assert self.marks(action, lea) == [True]

    def test_of_some_invoices(self, action: Action, lea: User):
        for invoice, marked in zip(action.customer.invoices.order_by("pk"), (False, True), strict=True):
            self.hold(action, invoice=invoice)
            assert self.marks(action, lea) == [marked]

    def test_of_a_task_that_asks_for_none(self, action: Action, lea: User):
        action.lines.all().delete()
        self.hold(action)
        assert self.marks(action, lea) == [False]

    @pytest.mark.parametrize("count", [1, 3])
    def test_it_costs_the_same(self, action: Action, lea: User, count: int, django_assert_num_queries: Any):
        for number in range(count):
            other = ActionFactory(customer=action.customer, cycle=action.cycle, step_code=f"other-{number}")
            ActionLineFactory(action=other, invoice=InvoiceFactory(customer=action.customer))
        self.hold(action)
        with django_assert_num_queries(4):
            assert self.marks(action, lea) == [True] * (count + 1)
