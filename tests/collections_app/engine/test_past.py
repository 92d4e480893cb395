"""Time travel: a customer on any past day, by the movements and by what the nights recorded."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given, settings, strategies as st

from collections_app.actions.models import Action
from collections_app.engine.past import state_at
from collections_app.engine.queries import explain
from crm.holds.models import Hold
from crm.receivables.queries import balance_at, items_at
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
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


def test_no_day_to_come_is_shown(client, world):
    client.force_login(UserFactory(sees=world.entity))
    page = client.get(reverse("customer_past", args=[world.late.pk]), {"on": "2999-01-01"})
    assert page.context["state"].on == page.context["now"]
