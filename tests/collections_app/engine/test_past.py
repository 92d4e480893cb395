"""Time travel: a customer on any past day, by the movements and by what the nights recorded."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from hypothesis import given, settings, strategies as st

from collections_app.actions.dispatch import ORIGIN
from collections_app.actions.models import Action, Life
from collections_app.engine.merged import Merged, merged_since
from collections_app.engine.past import state_at
from collections_app.engine.queries import explain
from crm.customers.operations.merging import merge_customers
from crm.holds.models import Hold
from crm.receivables.queries import balance_at, items_at
from crm.timeline.operations import record
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.events import hear_of_message
from tests.factories.paying import pay
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = pytest.mark.django_db


def after(days):
    return MARCH_1 + timedelta(days=days)


@pytest.fixture
def world():
    """Two invoices late; one is paid on the third day, when the customer also changes nothing else."""
    world = World({"offset_days": 5})
    world.late = world.customer()
    world.paid, world.left = world.invoice(world.late, late=20), world.invoice(world.late, late=6)
    for day in range(3):
        world.night(after(day))
    pay(world.paid, world.paid.open_amount, after(3))
    Hold.objects.create(
        entity=world.entity, customer=world.late, kind="manual", reason="Attente", starts_on=after(3),
        ended_on=after(5), outcome="lifted", created_at=noon(after(3)),
    )  # fmt: skip
    world.night(after(4))
    return world


def shown(world, day):
    state = state_at(world.late, on=after(day))
    return [item.id for item in state.accounts[0].items], [hold.reason for hold in state.holds]


def test_the_balance_and_the_holds_are_those_of_the_day(world):
    assert shown(world, 2) == ([world.paid.pk, world.left.pk], [])
    assert shown(world, 3) == ([world.left.pk], ["Attente"])
    assert shown(world, 5) == ([world.left.pk], [])
    assert state_at(world.late, on=after(2)).accounts[0].overdue == world.paid.amount + world.left.amount


def test_the_group_is_that_of_the_day(world):
    assert state_at(world.late, on=after(0)).membership.group == world.group
    assert state_at(world.late, on=after(-1)).membership is None


def test_what_was_recorded_is_not_computed_again(world):
    first = explain(world.late, on=after(0))
    world.group.scenario = None
    world.group.save()
    assert explain(world.late, on=after(0)).accounts == first.accounts
    assert explain(world.late, on=after(4), now=after(9)).source == "recorded"
    assert explain(world.late, on=after(9), now=after(9)).source == "computed"


@settings(max_examples=10)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 60), st.integers(0, 9)), max_size=4), st.integers(-1, 10))
def test_the_items_of_a_day_make_its_balance(pieces, day):
    customer = CustomerFactory()
    for born, amount, paid_after in pieces:
        invoice = InvoiceFactory(customer=customer, amount=100, issued_on=after(born), due_on=after(born))
        pay(invoice, amount, after(born + paid_after))
        CreditFactory(customer=customer, amount=amount, received_on=after(born))
    total = sum((item.open_amount for item in items_at(customer, on=after(day))), Decimal(0))
    assert total == sum(balance_at(customer, on=after(day)).values(), Decimal(0))


@pytest.mark.parametrize("count", [1, 3])
def test_it_asks_as_much_for_any_number_of_items(count, django_assert_num_queries):
    customer = CustomerFactory()
    InvoiceFactory.create_batch(count, customer=customer)
    with django_assert_num_queries(4):
        state_at(customer, on=after(30))


def test_the_page_shows_the_day(client, world):
    client.force_login(UserFactory(sees=world.entity))
    page = client.get(reverse("customer_past", args=[world.late.pk]), {"on": after(2).isoformat()})
    text = page.content.decode()
    assert "Au 03/03/2026" in text.replace("\u00a0", " ")
    assert (world.paid.number in text, page.context["explanation"].source) == (True, "recorded")
    assert client.get(reverse("customer_past", args=[CustomerFactory().pk])).status_code == 404


def test_what_was_done_later_was_open_on_the_day(client, world):
    action = Action.objects.get(step_code="s5")
    Action.objects.update(state="done", closed_at=noon(after(4)))
    client.force_login(UserFactory(sees=world.entity))
    told = {}
    for day in (2, 4):
        page = client.get(reverse("customer_past", args=[world.late.pk]), {"on": after(day).isoformat()})
        told[day] = [(row["action"].pk, row["closed_on"]) for row in page.context["actions"]]
        assert ("depuis : fait le 05/03/2026" in page.content.decode().replace("\u00a0", " ")) is (day == 2)
    assert told == {2: [(action.pk, after(4))], 4: [(action.pk, None)]}


@pytest.mark.parametrize("name", ["customer_why", "customer_past"])
def test_a_day_to_come_is_refused_in_words_and_today_shown(client, world, name):
    client.force_login(UserFactory(sees=world.entity))
    page = client.get(reverse(name, args=[world.late.pk]), {"on": "2199-01-01"})
    refused = "Ce jour est à venir\xa0: choisissez aujourd’hui ou un jour passé. Ce qui est montré est d’aujourd’hui."
    shown = page.context["explanation"].on
    assert (shown, refused in page.text) == (page.context["now"], True)


@pytest.mark.parametrize(
    ("given", "beyond"),
    [("2199-01-01", False), ("2201-01-01", True), ("9999-12-31", True), ("1969-12-31", True), ("0001-01-01", True)],
)
def test_a_day_no_book_holds_is_refused_in_words(client, world, given, beyond):
    client.force_login(UserFactory(sees=world.entity))
    for name in ("customer_why", "customer_past"):
        page = client.get(reverse(name, args=[world.late.pk]), {"on": given})
        refused = "choisissez une date entre 1970 et 2200" in page.content.decode()
        assert (page.status_code, refused) == (200, beyond)


def test_the_command_refuses_such_a_day_too(world, capsys):
    with pytest.raises(CommandError) as refused:
        call_command("explain", world.late.external_id, "--on", "9999-12-31")
    assert "entre 1970 et 2200" in str(refused.value)


@pytest.fixture
def one():
    """One invoice late, one action open since the first night."""
    one = World({"offset_days": 5})
    one.late = one.customer()
    one.invoice(one.late, late=6)
    one.night()
    return one


def lives(one, day):
    """What of the action was open that day."""
    told = explain(one.late, on=after(day), now=after(99)).actions
    return [(then.opened_on, then.state, then.again) for then in told]


def test_a_night_cancelled_and_decided_again_was_two_lives(client, one):
    [action] = Action.objects.all()
    Action.objects.update(state="cancelled", outcome="night_cancelled", closed_at=noon(after(5)))
    one.night(after(7))
    assert [lives(one, day) for day in (4, 5, 6, 7)] == [
        [(after(0), "cancelled", True)],
        [(after(0), "cancelled", True)],
        [],
        [(after(7), "todo", False)],
    ]
    client.force_login(UserFactory(sees=one.entity))
    page = client.get(reverse("customer_past", args=[one.late.pk]), {"on": after(4).isoformat()})
    assert "depuis : annulé le 06/03/2026 · rouverte depuis" in page.content.decode().replace("\u00a0", " ")
    assert [(life.state, life.outcome) for life in action.lives.all()] == [("cancelled", "night_cancelled")]


def bounced(action, day):
    payload = {"origin": ORIGIN, "origin_id": action.pk}
    hear_of_message(kind="message.bounced", customer_id=action.customer_id, payload=payload, at=noon(after(day)))


def test_what_left_and_came_back_was_not_open_meanwhile(one):
    [action] = Action.objects.all()
    Action.objects.update(state="done", outcome="sent", closed_at=noon(after(5)))
    bounced(action, 8)
    assert [lives(one, day) for day in (5, 6, 8)] == [
        [(after(0), "done", True)],
        [],
        [(after(8), "todo", False)],
    ]


def test_what_comes_back_before_it_had_left_goes_on(one):
    [action] = Action.objects.all()
    Action.objects.update(state="scheduled")
    bounced(action, 8)
    assert (lives(one, 6), action.lives.count()) == ([(after(0), "todo", False)], 0)


def test_a_customer_who_writes_again_opens_another_life(one):
    written = {"kind": "message.reply", "customer_id": one.late.pk, "payload": {}}
    hear_of_message(at=noon(after(5)), **written)
    task = Action.objects.get(kind="reply")
    Action.objects.filter(pk=task.pk).update(state="done", closed_at=noon(after(5)))
    hear_of_message(at=noon(after(5)) + timedelta(hours=2), **written)
    assert [(life.opened_on, life.state) for life in task.lives.all()] == [(after(5), "done")]


def test_lives_go_with_their_action(one):
    [action] = Action.objects.all()
    Action.objects.update(state="done", outcome="sent", closed_at=noon(after(5)))
    bounced(action, 8)
    with connection.cursor() as cursor:
        cursor.execute("delete from actions_actionline; delete from actions_action")
    assert Life.objects.count() == 0


@pytest.fixture
def two():
    """Two customers late on the first of March, each with a call to make; merged on the third."""
    two = World({"offset_days": 5})
    two.kept, two.other = two.customer(name="Gardée"), two.customer(name="Double")
    two.invoice(two.kept, late=10, amount=100)
    two.invoice(two.other, late=10, amount=300)
    two.nights(2)
    merge_customers(two.kept, two.other, by=two.person, at=noon(after(2)))
    two.nights(2, after(2))
    return two


def asked_of(customer, day):
    return sorted(then.amount for then in explain(customer, on=after(day)).actions if then.amount)


def test_of_two_who_were_merged_each_reminder_asked_for_what_was_its_own(two):
    assert [asked_of(two.kept, day) for day in (0, 1, 3)] == [[100, 300], [100, 300], [400]]


def test_the_day_of_a_merge_is_that_of_the_entity():
    kept, other = CustomerFactory.create_batch(2, entity=EntityFactory(time_zone="Europe/Paris"))
    merge_customers(kept, other, by=None, at=datetime(2026, 3, 2, 23, 30, tzinfo=UTC))
    assert merged_since(kept, after(2)) == [Merged(kept, other, after(2))]


def test_what_else_is_told_of_a_duplicate_is_no_merge():
    kept, other = CustomerFactory.create_batch(2, entity=EntityFactory())
    record(other, "note", "Rappelé", at=noon(after(1)))
    merge_customers(kept, other, by=None, at=noon(after(2)))
    record(other, "note", "Rappelé", at=noon(after(3)))
    assert [merged_since(one, after(0)) for one in (kept, other)] == [[Merged(kept, other, after(2))]] * 2


def test_a_merge_that_came_between_is_told_on_both_pages(client, two):
    client.force_login(UserFactory(sees=two.entity))

    def told(name, customer, day):
        page = client.get(reverse(name, args=[customer.pk]), {"on": after(day).isoformat()})
        text = page.content.decode().replace("\u00a0", " ")
        return "a été fusionné avec ce client le 03/03/2026" in text, "Fusionné avec Gardée" in text

    for name in ("customer_why", "customer_past"):
        assert [told(name, two.kept, day) for day in (0, 2, 3)] == [(True, False), (True, False), (False, False)]
        assert [told(name, two.other, day) for day in (0, 3)] == [(False, True), (False, True)]
