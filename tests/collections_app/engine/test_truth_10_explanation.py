"""One explanation: night, dry run and "why?" come from one code, and the past is what that night recorded."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings, strategies as st

from collections_app.actions.models import Action
from collections_app.engine.models import Decision
from collections_app.engine.queries import explain
from crm.holds.operations import place_hold
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.examples import taken_back
from tests.factories.paying import pay
from tests.factories.receivables import CreditFactory

pytestmark = pytest.mark.django_db
LADDER = (
    {"offset_days": 5, "minimum_amount": 20},
    {"offset_days": 15, "working_days_only": True},
    {"offset_days": -5},
)
KEPT_BACK = {
    "held", "no_scenario", "by_hand", "below_minimum", "due_date_not_certain", "waiting_day", "ladder_finished",
}  # fmt: skip


def after(days):
    return MARCH_1 + timedelta(days=days)


def told(customer, on):
    """currency: (outcome, step) of the explanation, of what is owed late."""
    accounts = explain(customer, on=on).accounts
    return {row.currency: (row.outcome, row.step) for row in accounts if row.outcome != "nothing_overdue"}


def decided(customer, on):
    """The same of what the night wrote: what one opened is open on the next, which writes nothing."""
    rows = Decision.objects.filter(customer=customer, on__lte=on).order_by("currency", "-on").distinct("currency")
    outcomes = {
        row: "action_open" if row.outcome == "open_action" and row.on < on else row.outcome
        for row in rows
        if row.outcome != "nothing_overdue"
    }
    return {row.currency: (outcome, row.step_code) for row, outcome in outcomes.items()}


invoices = st.tuples(st.integers(-8, 40), st.integers(1, 60), st.sampled_from(["EUR", "USD"]))
situations = st.tuples(
    st.lists(invoices, min_size=1, max_size=4),
    st.integers(0, 100),
    st.sampled_from(["", "customer", "first"]),
    st.booleans(),
)


def place(world, situation):
    owed, money, held, guessed = situation
    customer = world.customer()
    rows = [
        world.invoice(customer, late=late, amount=amount, currency=currency, guessed=guessed)
        for late, amount, currency in owed
    ]
    if money:
        CreditFactory(customer=customer, amount=money)
    if held:
        scope = {"invoice": rows[0]} if held == "first" else {}
        place_hold(customer, kind="dispute", reason="x", starts_on=MARCH_1, at=noon(MARCH_1), **scope)
    return customer


@settings(max_examples=8, deadline=None)
@given(
    found=st.lists(situations, min_size=1, max_size=3),
    policy=st.sampled_from(["first_step", "step_by_age", "by_hand"]),
    working_days=st.sampled_from([[1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7]]),  # the first of March is a Sunday
)
@taken_back
def test_what_is_explained_before_the_night_is_what_dry_run_and_night_do(found, policy, working_days):
    world = World(*LADDER, entry_policy=policy)
    world.entity.working_days = working_days
    world.entity.save()
    customers = [place(world, situation) for situation in found]
    world.regroup()
    before = {customer: told(customer, MARCH_1) for customer in customers}
    tried = world.night(dry_run=True)
    did = world.night()
    assert before == {customer: decided(customer, MARCH_1) for customer in customers}
    assert (tried.actions_opened, tried.blocked) == (did.actions_opened, did.blocked)
    outcomes = [outcome for accounts in before.values() for outcome, _ in accounts.values()]
    assert sum(did.blocked.values()) == sum(outcome in KEPT_BACK for outcome in outcomes)
    opened = Action.objects.filter(customer__in=customers, kind="dunning", opened_on=MARCH_1)
    assert opened.count() == outcomes.count("open_action")


@settings(max_examples=6, deadline=None)
@given(late=st.integers(-2, 20), days=st.integers(1, 7), paid_on=st.integers(0, 7))
@taken_back
def test_the_past_is_what_each_night_recorded_whatever_came_later(late, days, paid_on):
    world = World(*LADDER)
    customer = world.customer()
    invoice = world.invoice(customer, late=late)
    said = {}
    for day in range(days):
        if day == paid_on:
            pay(invoice, 100, after(day))
        world.night(after(day))
        said[after(day)] = decided(customer, after(day))
    pay(world.invoice(customer, late=300), 1, after(days))
    for on, what in said.items():
        if on < after(days - 1):
            assert told(customer, on) == what


def test_a_later_day_tells_each_invoice_at_the_level_it_had():
    world = World({"offset_days": 5}, {"offset_days": 15}, entry_policy="step_by_age")
    customer = world.customer()
    for late in (40, 8, 2):
        world.invoice(customer, late=late)
    world.regroup()
    [account] = explain(customer, on=MARCH_1).accounts
    levels = {item.invoice_id: (item.level, item.level_name) for item in account.items}
    world.nights(12)
    [recorded] = explain(customer, on=MARCH_1).accounts
    assert {item.invoice_id: (item.level, item.level_name) for item in recorded.items} == levels


def test_what_fell_due_since_is_not_told_as_carried_then():
    world = World({"offset_days": 5})
    customer = world.customer()
    carried = world.invoice(customer, late=6)
    coming = world.invoice(customer, late=-1)
    world.nights(4)
    [account] = explain(customer, on=MARCH_1).accounts
    told = {item.invoice_id: item.outcome for item in account.items}
    assert told == {carried.pk: "carried", coming.pk: "not_due"}


def test_a_preventive_message_is_announced_by_the_explanation():
    world = World(*LADDER)
    customer = world.customer()
    world.invoice(customer, late=-4)
    world.regroup()
    [account] = explain(customer, on=MARCH_1).accounts
    assert (account.outcome, [item.outcome for item in account.items]) == ("nothing_overdue", ["announced"])
    assert world.night().actions_opened == {"s-5": 1}


def test_explaining_only_reads():
    world = World(*LADDER)
    customer = world.customer()
    world.invoice(customer, late=10)
    with CaptureQueriesContext(connection) as queries:
        explain(customer, on=MARCH_1)
    verbs = {query["sql"].lstrip("(").split()[0].lower() for query in queries}
    assert verbs == {"select", "with"}


@pytest.mark.parametrize("count", [1, 3])
def test_explaining_costs_the_same_whatever_is_owed(count, django_assert_num_queries):
    world = World(*LADDER)
    customer = world.customer()
    for number in range(count):
        world.invoice(customer, late=10 + number)
    world.night()
    with django_assert_num_queries(8):
        explain(customer, on=MARCH_1)
