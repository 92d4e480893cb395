"""A group is a rule: criteria over facts, the first match by priority wins, membership has dates."""

from datetime import timedelta

import pytest
from hypothesis import given, settings, strategies as st

from collections_app.actions.models import Action
from collections_app.engine.queries import explain
from collections_app.segments.models import Membership
from collections_app.segments.queries import why
from tests.collections_app.engine.world import MARCH_1, World
from tests.examples import taken_back
from tests.factories.paying import pay
from tests.factories.scenarios import published_scenario
from tests.factories.segments import GroupFactory

pytestmark = pytest.mark.django_db


def after(days):
    return MARCH_1 + timedelta(days=days)


def group(world, name, priority, fact, value, *, step=None, **more):
    """A group for those whose `fact` is above `value`, with a scenario of one step at 5 days."""
    version = published_scenario(world.entity, steps=[{"offset_days": 5, "code": step or name.lower()}])
    criteria = {"fact": fact, "is": "gt", "value": str(value)}
    return GroupFactory(
        entity=world.entity, name=name, priority=priority, criteria=criteria, scenario=version.scenario, **more
    )


def memberships(customer):
    found = Membership.objects.filter(customer=customer).order_by("from_on")
    return list(found.values_list("group__name", "from_on", "to_on"))


def test_the_first_group_met_gives_the_scenario_and_the_default_takes_the_rest():
    world = World({"offset_days": 5, "code": "usual"})
    group(world, "Gros", 1, "overdue", 1000)
    group(world, "Moyens", 2, "overdue", 100)
    for name, amount in (("A", 5000), ("B", 500), ("C", 50)):
        world.invoice(world.customer(name=name), late=10, amount=amount)
    world.night()
    steps = Action.objects.order_by("customer__name").values_list("customer__name", "step_code", "group__name")
    assert list(steps) == [("A", "gros", "Gros"), ("B", "moyens", "Moyens"), ("C", "usual", world.group.name)]


def test_age_alone_moves_a_customer_for_facts_are_dates():
    world = World({"offset_days": 90})
    group(world, "Anciens", 1, "days_late", 30)
    customer = world.customer()
    world.invoice(customer, late=29)
    world.nights(4)
    assert memberships(customer) == [
        (world.group.name, MARCH_1, after(2)),
        ("Anciens", after(2), None),
    ]
    assert world.opened() == [("anciens", "todo")]


def test_yesterdays_group_can_be_explained_when_today_is_another():
    world = World({"offset_days": 5, "code": "usual"})
    group(world, "Gros", 1, "overdue", 1000)
    customer = world.customer()
    invoice = world.invoice(customer, late=10, amount=5000)
    world.night()
    pay(invoice, 4900, after(1))
    world.night(after(1))
    answers = [why(customer, on, past=on < after(1)) for on in (MARCH_1, after(1))]
    assert [answer.recorded.group.name for answer in answers] == ["Gros", world.group.name]
    assert [answer.computed.name for answer in answers] == ["Gros", world.group.name]
    assert explain(customer, on=MARCH_1).accounts[0].step == "gros"


def test_moving_between_groups_never_says_the_same_or_a_lower_step_again():
    world = World({"offset_days": 5, "code": "usual"}, {"offset_days": 15, "code": "later"})
    group(world, "Gros", 1, "overdue", 1000)
    customer = world.customer()
    invoice = world.invoice(customer, late=20, amount=5000)
    world.night()
    world.do(MARCH_1)
    pay(invoice, 4900, after(1))
    world.nights(8, after(1))
    assert world.opened() == [("gros", "done"), ("later", "todo")]


def test_an_archived_group_takes_nobody():
    world = World({"offset_days": 5, "code": "usual"})
    group(world, "Gros", 1, "overdue", 10, archived=True)
    world.invoice(world.customer(), late=10)
    world.night()
    assert world.opened() == [("usual", "todo")]


@settings(max_examples=8, deadline=None)
@given(
    limits=st.lists(st.integers(0, 900), min_size=1, max_size=4, unique=True),
    amounts=st.lists(st.integers(1, 1000), min_size=1, max_size=4),
)
@taken_back
def test_every_customer_is_in_the_first_group_whose_rule_he_meets(limits, amounts):
    world = World({"offset_days": 5, "code": "default"})
    for priority, limit in enumerate(limits, start=1):
        group(world, f"Plus de {limit}", priority, "overdue", limit, step=f"above-{limit}")
    customers = [world.customer() for _ in amounts]
    for customer, amount in zip(customers, amounts, strict=True):
        world.invoice(customer, late=10, amount=amount)
    world.night()
    for customer, amount in zip(customers, amounts, strict=True):
        expected = next((f"above-{limit}" for limit in limits if amount > limit), "default")
        assert customer.actions.get().step_code == expected
