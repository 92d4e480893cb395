"""What was opened before an address was corrected leaves to the one that serves now, not to the one of that night."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from collections_app.actions import by_hand
from collections_app.actions.models import Action
from collections_app.actions.operations import approve, send_now
from collections_app.actions.preparing import compose_action
from collections_app.engine import rehearsal
from crm.accounts.models import Entity
from crm.customers.models import Address, Customer
from telephony.messaging import operations as messaging
from telephony.messaging.models import Message
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.factories.customers import AddressFactory, ContactFactory
from tests.factories.letters import TemplateVersionFactory
from tests.factories.messaging import a_world

pytestmark = pytest.mark.django_db
OLD, NEW = "old@client.example", "new@client.example"
OLD_STREET, NEW_STREET = "1 rue Ancienne\n75001 Paris", "99 rue Nouvelle\n69002 Lyon"


@pytest.fixture(autouse=True)
def everybody_may_be_written_to(settings: Any) -> None:
    settings.MAIL_RECIPIENT_ALLOWLIST = ["*"]


@pytest.fixture
def network() -> Iterator[Any]:
    with a_world() as network:
        yield network


def day(number: int) -> date:
    return MARCH_1 + timedelta(days=number)


def house(*steps: dict[str, Any], **entity: Any) -> World:
    world = World(*steps, **({"live_since": date(2025, 1, 1)} | entity))
    for step in world.steps:
        TemplateVersionFactory(template=step.template, body="Bonjour {{ contact.name }}, {{ total }}")
    return world


def owing(world: World, value: str = OLD, **given: Any) -> Customer:
    customer = world.customer(email=False)
    AddressFactory(customer=customer, value=value, sent_at=noon(day(-5)), **given)
    world.invoice(customer, late=10)
    return customer


def moved(customer: Customer, on: int, value: str = NEW, **given: Any) -> Address:
    """A list or the API tells where he is since a day."""
    return AddressFactory(customer=customer, value=value, sent_at=noon(day(on)), **given)


def written_to() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("recipient", flat=True))


class TestApproved:
    @pytest.fixture
    def notice(self) -> Action:
        world = house({"offset_days": 5, "formal": True})
        customer = owing(world, OLD_STREET, post=True)
        world.night()
        moved(customer, 1, NEW_STREET, post=True)
        world.night(day(2))
        return Action.objects.select_related("customer", "entity", "address").get()

    def test_a_formal_notice_goes_to_the_new_street(self, notice: Action):
        assert notice.state == "to_approve"
        approve(notice, by=Customer.objects.get().collector, at=noon(day(2)))
        notice.refresh_from_db()
        assert (written_to(), notice.address.value) == ([NEW_STREET], NEW_STREET)

    def test_and_is_read_and_asked_about_as_it_leaves(self, notice: Action):
        Address.objects.filter(value=OLD_STREET).update(invalid_since=day(1))
        Address.objects.filter(value=NEW_STREET).update(
            contact=ContactFactory(customer=notice.customer, name="Jeanne Neuve")
        )
        assert "Jeanne Neuve" in compose_action(notice, on=day(2), to_read=True).text
        assert by_hand.departure_of(notice, at=noon(day(2))).answer == "allowed"


@pytest.mark.parametrize("kept_by", ["rehearsal", "before_live"])
def test_what_was_kept_home_goes_to_the_new_address(kept_by: str):
    kept: dict[str, Any] = {"rehearsing_since": day(-20)} if kept_by == "rehearsal" else {"live_since": None}
    world = house({"offset_days": 5, "email": True}, **kept)
    customer = owing(world)
    world.night(day(1))
    moved(customer, 2)
    for number in (3, 4):
        world.night(day(number))
    assert Action.objects.get().address.value == NEW
    if kept_by == "rehearsal":
        rehearsal.lift(world.entity, choice="still_due", by=world.person, at=noon(day(4)))
    else:
        Entity.objects.update(live_since=day(4))
    world.entity.refresh_from_db()
    world.night(day(5))
    assert written_to() == [NEW]


def test_a_refusal_still_finds_the_address_there_is():
    """None serves any more: the step becomes a task for a person, as before."""
    world = house({"offset_days": 5, "email": True}, live_since=None)
    owing(world)
    world.night(day(1))
    Address.objects.update(invalid_since=day(2))
    Entity.objects.update(live_since=day(2))
    world.entity.refresh_from_db()
    world.night(day(3))
    assert (written_to(), Action.objects.values_list("state", "outcome").get()) == ([], ("todo", "blocked"))


class TestAskedForAlready:
    @pytest.fixture
    def customer(self) -> Customer:
        world = house({"offset_days": 5, "email": True})
        customer = owing(world)
        world.night(day(1))
        assert written_to() == [OLD]
        return customer

    @pytest.mark.parametrize("state", ["planned", "waiting"])
    def test_it_leaves_to_the_new_address(self, customer: Customer, network: Any, state: str):
        Message.objects.update(state=state)
        new = moved(customer, 2)
        messaging.send_one(Message.objects.get().pk, noon(day(2)))
        message = Message.objects.get()
        assert (message.state, message.recipient, message.address) == ("sent", NEW, new)
        assert ([mail.to for mail in network.sent], Action.objects.get().address) == ([NEW], new)

    def test_also_where_the_address_itself_was_put_right(self, customer: Customer, network: Any):
        Address.objects.update(value=NEW)
        messaging.send_one(Message.objects.get().pk, noon(day(2)))
        assert [mail.to for mail in network.sent] == [NEW]

    def test_one_that_may_not_be_written_to_is_not_chosen(self, customer: Customer, network: Any):
        moved(customer, 2, invalid_since=day(2))
        messaging.send_one(Message.objects.get().pk, noon(day(2)))
        assert [mail.to for mail in network.sent] == [OLD]


def test_a_letter_written_and_not_yet_printed_is_written_again_to_the_new_street(network: Any):
    world = house({"offset_days": 5, "formal": True})
    customer = owing(world, OLD_STREET, post=True)
    world.night()
    message = send_now(Action.objects.get(), by=world.person, at=noon(day(1)))
    with_old = messaging.send_one(message.pk, noon(day(1)))
    moved(customer, 2, NEW_STREET, post=True)
    messaging.prepare_letters([message.pk], at=noon(day(2)))
    assert (with_old, written_to()) == ("ready", [NEW_STREET])


@pytest.mark.parametrize("count", [1, 3])
def test_a_night_asks_no_more_for_more_of_them(count: int):
    world = house({"offset_days": 5, "email": True}, live_since=None)
    for number in range(count):
        owing(world, f"old{number}@client.example")
    world.night(day(1))
    for number, customer in enumerate(Customer.objects.order_by("pk")):
        moved(customer, 2, f"new{number}@client.example")
    asked: list[str] = []

    def kept(execute: Any, statement: str, *rest: Any) -> Any:
        if "best_addresses" in statement or "as address_id" in statement:
            asked.append(statement)
        return execute(statement, *rest)

    with connection.execute_wrapper(kept):
        world.night(day(3))
    assert set(Action.objects.values_list("address__value", flat=True)) == {
        f"new{number}@client.example" for number in range(count)
    }
    assert len(asked) == 2  # of what opens, and of what was open
