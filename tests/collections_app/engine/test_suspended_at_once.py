"""What a hold silences leaves the lists at once; the night finds nothing left to do, and brings it back afterwards."""

from datetime import timedelta
from typing import Any

import pytest

from collections_app.actions.labels import Outcome
from collections_app.actions.models import Action, Cycle
from collections_app.actions.operations import Said, conclude
from collections_app.actions.suspending import suspend
from crm.customers.models import Customer
from crm.events.operations import deliver_waiting
from crm.holds.models import Hold
from crm.holds.operations import lift_hold, place_hold
from crm.receivables.models import Invoice
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.factories.actions import ActionFactory, ActionLineFactory

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)
EARLY = noon(MARCH_1) - timedelta(hours=2)
STEPS = ({"offset_days": 5}, {"offset_days": 2, "unit": "invoice"}, {"offset_days": -9})


@pytest.fixture
def world() -> World:
    """A call about the account, one about each of two late invoices, one before the due date of a third."""
    world = World(*STEPS)
    customer = world.customer()
    for number, late in (("OLD", 10), ("NEW", 3), ("SOON", -5)):
        world.invoice(customer, late=late, number=number)
    world.night()
    call = ActionFactory(
        customer=customer, cycle=Cycle.objects.get(), step_code="s5", step_offset=5, scenario_version=world.version
    )
    ActionLineFactory(action=call, invoice=Invoice.objects.get(number="OLD"))
    world.night()
    return world


def calls(**which: Any) -> list[tuple[str, str]]:
    """(step, invoice) of what waits for a person."""
    rows = Action.objects.waiting_for_a_person().filter(**which).order_by("step_code", "invoice__number")
    return [(action.step_code, action.invoice.number if action.invoice else "") for action in rows]


def rows() -> list[dict[str, Any]]:
    return list(Action.objects.order_by("pk").values())


def account_call() -> Action:
    return Action.objects.select_related("customer").get(step_code="s5")


def promise(world: World, *invoices: Invoice) -> None:
    said = Said(Outcome.WILL_PAY, on=MARCH_1 + 3 * ONE_DAY, invoices=invoices)
    conclude(account_call(), said, by=world.person, at=EARLY)


def test_what_waits(world: World):
    assert calls() == [("s-9", ""), ("s2", "NEW"), ("s2", "OLD"), ("s5", "")]


def test_a_promise_of_the_whole_account_leaves_no_call(world: World):
    promise(world)
    assert calls() == []
    closed = Action.objects.exclude(step_code="s5").values_list("state", "outcome", "closed_at")
    assert list(closed) == [("cancelled", "held", EARLY)] * 3


def test_a_promise_of_one_invoice_leaves_the_calls_about_others(world: World):
    promise(world, Invoice.objects.get(number="OLD"))
    assert calls() == [("s-9", ""), ("s2", "NEW")]


def test_a_call_about_two_invoices_stays_for_the_one_that_is_not_suspended(world: World):
    customer = Customer.objects.get()
    place_hold(
        customer, kind="dispute", reason="Prix", invoice=Invoice.objects.get(number="NEW"), starts_on=MARCH_1, at=EARLY
    )
    assert (suspend(customer, on=MARCH_1, at=EARLY), calls()) == (1, [("s-9", ""), ("s2", "OLD"), ("s5", "")])


def test_what_is_left_has_not_reached_its_step_and_the_call_goes_as_with_the_night(world: World):
    customer = Customer.objects.get()
    place_hold(
        customer, kind="dispute", reason="Prix", invoice=Invoice.objects.get(number="OLD"), starts_on=MARCH_1, at=EARLY
    )
    suspend(customer, on=MARCH_1, at=EARLY)
    assert calls() == [("s-9", ""), ("s2", "NEW")]


@pytest.mark.parametrize("numbers", [(), ("OLD",), ("NEW",), ("SOON",), ("OLD", "NEW")])
def test_the_night_agrees(world: World, numbers: tuple[str, ...]):
    """What leaves at once is what the night would take away, and it then changes nothing."""
    customer, invoices = Customer.objects.get(), Invoice.objects.filter(number__in=numbers)
    for invoice in invoices or (None,):
        place_hold(customer, kind="legal", reason="Avocat", invoice=invoice, starts_on=MARCH_1, at=EARLY)
    suspend(customer, on=MARCH_1, at=EARLY)
    at_once, then = calls(), rows()
    world.night()
    assert (calls(), len(rows())) == (at_once, len(then))
    assert {row["id"] for row in rows() if row["outcome"] == "held"} == {
        row["id"] for row in then if row["outcome"] == "held"
    }
    Action.objects.filter(outcome="held").update(state="todo", closed_at=None, outcome="")
    world.night()
    assert calls() == at_once


def test_the_night_after_a_promise_changes_nothing(world: World):
    promise(world)
    before = rows()
    world.night()
    world.night()
    assert rows() == before


@pytest.mark.parametrize("at_once", [True, False])
def test_when_it_is_lifted_they_come_back_as_they_do_after_a_night(
    world: World, at_once: bool, monkeypatch: pytest.MonkeyPatch
):
    if not at_once:
        monkeypatch.setattr("collections_app.actions.operations.suspend", lambda *args, **kwargs: 0)
    promise(world)
    world.night()
    assert calls() == []
    lift_hold(Hold.objects.get(), on=MARCH_1 + ONE_DAY, by=world.person, at=noon(MARCH_1 + ONE_DAY))
    world.night(MARCH_1 + ONE_DAY)
    # Of the oldest the account was just called.
    assert calls() == [("s-9", ""), ("s2", "NEW")]


def test_when_it_was_not_kept_they_come_back_too(world: World):
    promise(world)
    world.nights(5)
    assert calls() == [("s-9", ""), ("s2", "NEW")]


def test_a_reminder_decided_by_hand_stays(world: World):
    customer = Customer.objects.get()
    by_hand = ActionFactory(customer=customer, kind="manual", cycle=None, step_code="manual-1", occasion_on=MARCH_1)
    ActionLineFactory(action=by_hand, invoice=Invoice.objects.get(number="OLD"))
    promise(world)
    assert calls() == [("manual-1", "")]


def test_a_suspension_that_begins_later_takes_nothing_yet(world: World):
    customer = Customer.objects.get()
    place_hold(customer, kind="manual", reason="Attente", starts_on=MARCH_1 + ONE_DAY, at=EARLY)
    assert suspend(customer, on=MARCH_1, at=EARLY) == 0


def test_a_suspension_from_anywhere_is_heard(world: World):
    place_hold(Customer.objects.get(), kind="manual", reason="Attente", starts_on=MARCH_1, at=EARLY)
    assert deliver_waiting("suspended_actions", at=EARLY) == 1
    assert calls() == []


@pytest.mark.parametrize("ends", ["with the day", "lifted since"])
def test_one_heard_of_after_midnight_takes_nothing_once_it_is_over(world: World, ends: str):
    """Its event waited: the worker was away, or it was tried again."""
    tonight, after_midnight = noon(MARCH_1) + timedelta(hours=6), noon(MARCH_1) + timedelta(hours=13)
    customer, until = Customer.objects.get(), MARCH_1 if ends == "with the day" else None
    hold = place_hold(
        customer, kind="promise" if until else "legal", reason="x", starts_on=MARCH_1, ends_on=until, at=tonight
    )
    if not until:
        lift_hold(hold, on=MARCH_1 + ONE_DAY, by=world.person, at=after_midnight)
    before = rows()
    assert deliver_waiting("suspended_actions", at=after_midnight) == 1
    assert rows() == before


def test_what_leaves_the_list_leaves_it_when_the_suspension_is_heard_of(world: World):
    later = EARLY + ONE_DAY
    place_hold(Customer.objects.get(), kind="legal", reason="x", starts_on=MARCH_1, at=EARLY)
    deliver_waiting("suspended_actions", at=later)
    assert set(Action.objects.filter(outcome="held").values_list("closed_at", flat=True)) == {later}


def test_nobody_else_is_silenced(world: World):
    other = world.customer()
    world.invoice(other, late=10, number="OTHER")
    world.night()
    conclude(
        Action.objects.get(customer=other, step_code="s2"),
        Said(Outcome.WILL_PAY, on=MARCH_1 + ONE_DAY),
        by=world.person,
        at=EARLY,
    )
    assert (calls(customer=other), len(calls())) == ([], 4)


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_one_statement(world: World, count: int, django_assert_num_queries):
    customer = Customer.objects.get()
    for number in range(count):
        world.invoice(customer, late=4, number=f"F{number}")
    world.night()
    place_hold(customer, kind="manual", reason="Attente", starts_on=MARCH_1, at=EARLY)
    with django_assert_num_queries(1):
        assert suspend(customer, on=MARCH_1, at=EARLY) == 4 + count
