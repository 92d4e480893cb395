"""Holds are objects: scope, kind, reason, author, end. Dunning stops for what they cover, and resumes after."""

from datetime import timedelta

import pytest
from django.db.models import F
from hypothesis import given, settings, strategies as st

from collections_app.actions.models import Action, ActionLine, Cycle
from collections_app.engine.queries import explain
from crm.holds.models import Hold, HoldKind
from crm.holds.operations import lift_hold, place_hold
from crm.receivables.operations import close_in_ledger, reopen
from crm.timeline.models import Entry
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.examples import taken_back

pytestmark = pytest.mark.django_db
LADDER = ({"offset_days": 5}, {"offset_days": 15}, {"offset_days": 30})


def after(days):
    return MARCH_1 + timedelta(days=days)


def hold(world, customer, *, on=MARCH_1, kind=HoldKind.MANUAL, **scope):
    return place_hold(customer, kind=kind, reason="attente", starts_on=on, by=world.person, at=noon(on), **scope)


def carried():
    return sorted(ActionLine.objects.filter(action__state="todo").values_list("invoice__number", flat=True))


@pytest.mark.parametrize(
    ("scope", "left"),
    [
        (lambda old, new: {}, []),
        (lambda old, new: {"invoice": old}, ["NEW"]),
        (lambda old, new: {"born_before": new.issued_on}, ["NEW"]),
        (lambda old, new: {"born_before": old.issued_on}, ["NEW", "OLD"]),
    ],
)
def test_a_hold_silences_what_it_covers_and_nothing_else(scope, left):
    world = World({"offset_days": 5})
    customer = world.customer()
    old, new = (world.invoice(customer, late=late, external_id=name) for late, name in ((40, "OLD"), (10, "NEW")))
    hold(world, customer, **scope(old, new))
    world.night()
    assert carried() == left


@pytest.mark.parametrize("kind", HoldKind.values)
def test_every_kind_of_hold_stops_the_reminder_and_is_named(kind):
    world = World({"offset_days": 5})
    customer = world.customer()
    world.invoice(customer, late=10)
    hold(world, customer, kind=kind, ends_on=after(9))
    assert world.night().blocked == {"held": 1}
    [account] = explain(customer, on=MARCH_1).accounts
    assert (account.outcome, [(item.outcome, item.held) for item in account.items]) == ("held", [("held", kind)])


def test_dunning_resumes_the_day_after_the_last_one_and_the_timeline_says_so():
    world = World({"offset_days": 5})
    customer = world.customer()
    world.invoice(customer, late=10)
    placed = hold(world, customer, ends_on=after(2))
    for day in range(4):
        assert world.opened() == []
        world.night(after(day))
    assert Action.objects.get().opened_on == after(3)
    placed.refresh_from_db()
    assert (placed.ended_on, placed.outcome) == (after(3), "expired")
    assert Entry.objects.filter(customer=customer, kind="hold", about_id=placed.pk).count() == 2


def test_a_dispute_ends_with_its_invoice_and_comes_back_with_it():
    world = World({"offset_days": 5})
    customer = world.customer()
    invoice = world.invoice(customer, late=10)
    hold(world, customer, kind=HoldKind.DISPUTE, invoice=invoice)
    world.night()
    close_in_ledger(invoice, on=after(1), at=noon(after(1)))
    world.night(after(1))
    assert list(Hold.objects.values_list("ended_on", "outcome")) == [(after(1), "settled")]
    invoice.refresh_from_db()
    reopen(invoice, on=after(2), at=noon(after(2)))
    world.night(after(2))
    assert world.opened() == []
    assert list(Hold.objects.order_by("pk").values_list("starts_on", "ended_on")) == [
        (MARCH_1, after(1)), (after(2), None),
    ]  # fmt: skip


def test_a_task_the_hold_takes_away_comes_back_as_the_same_task():
    world = World({"offset_days": 5})
    customer = world.customer()
    world.invoice(customer, late=10)
    world.night()
    [task] = Action.objects.all()
    placed = hold(world, customer, on=after(1))
    world.night(after(1))
    task.refresh_from_db()
    assert (task.state, task.outcome) == ("cancelled", "held")
    lift_hold(placed, on=after(2), by=world.person, at=noon(after(2)))
    world.night(after(2))
    task.refresh_from_db()
    assert (Action.objects.count(), task.state, task.outcome, task.opened_on) == (1, "todo", "", after(2))


def test_a_hold_neither_closes_the_cycle_nor_lowers_the_level():
    world = World(*LADDER)
    customer = world.customer()
    world.invoice(customer, late=20)
    world.night()
    world.do(MARCH_1)
    placed = hold(world, customer, on=after(1))
    world.nights(4, after(1))
    lift_hold(placed, on=after(5), by=world.person, at=noon(after(5)))
    world.nights(3, after(5))
    assert world.opened() == [("s5", "done"), ("s15", "todo")]
    assert list(Cycle.objects.values_list("opened_on", "closed_on")) == [(MARCH_1, None)]


def test_a_hold_that_has_not_begun_stops_nothing():
    world = World({"offset_days": 5})
    customer = world.customer()
    world.invoice(customer, late=10)
    hold(world, customer, on=after(1))
    world.night()
    assert world.opened() == [("s5", "todo")]


def test_what_was_held_on_a_past_day_stays_what_that_night_said():
    world = World({"offset_days": 5})
    customer = world.customer()
    world.invoice(customer, late=10)
    placed = hold(world, customer)
    world.night()
    lift_hold(placed, on=after(1), by=world.person, at=noon(after(1)))
    world.nights(2, after(1))
    assert [explain(customer, on=after(day)).accounts[0].outcome for day in (0, 1)] == ["held", "open_action"]


scopes = st.sampled_from(["customer", "first", "second", "old claims"])
# The same one twice is refused.
holds = st.lists(st.tuples(scopes, st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=4, unique=True)


@settings(max_examples=6, deadline=None)
@given(placed=holds)
@taken_back
def test_on_every_day_a_task_carries_all_that_is_late_and_nothing_held(placed):
    world = World({"offset_days": 0})
    customer = world.customer()
    first, second = (world.invoice(customer, late=late) for late in (40, 10))
    named = {
        "customer": {},
        "first": {"invoice": first},
        "second": {"invoice": second},
        "old claims": {"born_before": second.issued_on},
    }
    held = {"customer": {first, second}, "first": {first}, "second": {second}, "old claims": {first}}
    for scope, start, days in placed:
        hold(world, customer, on=after(start), ends_on=after(start + days), **named[scope])
    for day in range(7):
        world.night(after(day))
        silent = set().union(*(held[scope] for scope, start, days in placed if start <= day <= start + days))
        lines = ActionLine.objects.filter(action__customer=customer, action__state="todo")
        assert {line.invoice for line in lines} == {first, second} - silent
        assert not lines.exclude(amount=F("invoice__open_amount")).exists()
