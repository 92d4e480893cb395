"""What is new is told from the first step, whatever an older debt was told; what comes back goes on."""

from datetime import timedelta

import pytest

from collections_app.actions.labels import Outcome
from collections_app.actions.models import Action, Cycle
from collections_app.actions.operations import Said, conclude
from collections_app.engine.operations import run_night
from collections_app.engine.queries import explain
from crm.holds.operations import lift_hold, place_hold
from crm.receivables.operations import refund, undo_allocation
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.factories.accounts import UserFactory
from tests.factories.paying import pay

pytestmark = pytest.mark.django_db
LADDER = ({"offset_days": 5}, {"offset_days": 15}, {"offset_days": 30, "formal": True, "repeat_after_days": 30})


def after(days):
    return MARCH_1 + timedelta(days=days)


def reminded(*steps, **world):
    """A customer of 16 days late who had two steps of a ladder: on MARCH_1 and ten days after."""
    world = World(*(steps or LADDER), **world)
    customer = world.customer(email=False)
    old = world.invoice(customer, late=16, number="OLD")
    for day in (0, 10):
        world.night(after(day))
        world.do(after(day))
    return world, customer, old


def told():
    """Step, days after MARCH_1 it opened on, state and what it carries, of all actions."""
    return [
        (x.step_code, (x.opened_on - MARCH_1).days, x.state, sorted(x.lines.values_list("invoice__number", flat=True)))
        for x in Action.objects.order_by("opened_on", "pk")
    ]


def live(world, first, last):
    """The nights that tell: the first, and the last two."""
    for day in sorted({first, max(first, last - 1), last}):
        world.night(after(day))


def suspend(world, customer, old, kind):
    about = {"born_before": after(11)} if kind == "insolvency" else {"invoice": old}
    return place_hold(
        customer, kind=kind, reason="x", starts_on=after(11), by=world.person, at=noon(after(11)), **about
    )


def bounce(invoice, on):
    """What it was paid with comes back."""
    for movement in invoice.movements.exclude(credit=None):
        undo_allocation(movement, on=on, at=noon(on))
        refund(movement.credit, on=on, reason="x", at=noon(on))


@pytest.mark.parametrize("kind", ["dispute", "legal", "insolvency"])
def test_a_suspended_invoice_does_not_silence_a_newer_one(kind):
    world, customer, old = reminded()
    suspend(world, customer, old, kind)
    world.invoice(customer, late=-20, number="NEW", issued_on=after(12))
    live(world, 11, 21)
    live(world, 22, 25)
    assert [one for one in told() if one[0] != "declaration"][2:] == [("s5", 25, "todo", ["NEW"])]
    assert list(Cycle.objects.order_by("pk").values_list("opened_on", "closed_on")) == [
        (MARCH_1, after(21)), (after(21), None),
    ]  # fmt: skip


def test_what_falls_due_while_all_steps_of_the_older_are_done_has_all_of_them_too():
    world, customer, old = reminded({"offset_days": 5}, {"offset_days": 15, "repeat_after_days": 30})
    suspend(world, customer, old, "dispute")
    world.invoice(customer, late=-20, number="NEW")
    live(world, 11, 25)
    world.do(after(25))
    live(world, 26, 35)
    assert told()[2:] == [("s5", 25, "done", ["NEW"]), ("s15", 35, "todo", ["NEW"])]


def test_a_notice_is_not_the_first_word_about_what_fell_due_while_the_older_was_claimed():
    world, customer, old = reminded()
    world.invoice(customer, late=-20, number="NEW")
    live(world, 11, 15)
    live(world, 16, 21)
    assert told()[2:] == [("s30", 15, "to_approve", ["NEW", "OLD"])]
    pay(old, old.amount, after(21))
    live(world, 22, 25)
    assert told()[2:] == [("s30", 15, "cancelled", ["NEW", "OLD"]), ("s5", 25, "todo", ["NEW"])]


def test_what_the_last_step_carried_goes_on_from_it_when_the_older_is_paid():
    world, customer, old = reminded()
    world.invoice(customer, late=-5, number="NEW")
    Action.objects.filter(step_code="s15").update(left_on=after(12))
    live(world, 11, 13)
    pay(old, old.amount, after(13))
    live(world, 14, 35)
    assert told()[2:] == [("s30", 35, "to_approve", ["NEW"])]


def test_a_step_the_newer_one_has_reached_itself_goes_on():
    world = World({"offset_days": 5}, {"offset_days": 15})
    customer = world.customer(email=False)
    old = world.invoice(customer, late=5, number="OLD")
    world.night()
    world.do(MARCH_1)
    world.invoice(customer, late=-2, number="NEW")
    live(world, 1, 17)
    waiting = Action.objects.get(step_code="s15")
    pay(old, old.amount, after(17))
    live(world, 18, 19)
    assert [(x.pk, x.amount) for x in Action.objects.open()] == [(waiting.pk, 100)]


def test_what_is_released_goes_on_where_it_was_beside_the_newer_one():
    world, customer, old = reminded()
    hold = suspend(world, customer, old, "dispute")
    world.invoice(customer, late=-20, number="NEW")
    live(world, 11, 25)
    world.do(after(25))
    lift_hold(hold, on=after(27), by=world.person, at=noon(after(27)))
    assert explain(customer, on=after(27)).accounts[0].step == "s30"
    live(world, 26, 30)  # five days after the last step
    assert told()[2:] == [("s5", 25, "done", ["NEW"]), ("s30", 30, "to_approve", ["NEW", "OLD"])]


def test_money_taken_back_goes_on_where_dunning_was():
    world, _customer, old = reminded()
    pay(old, old.amount, after(11))
    world.night(after(11))
    assert Cycle.objects.get().closed_on == after(11)
    bounce(old, after(12))
    live(world, 12, 14)
    assert told()[2:] == []
    world.night(after(15))  # five days after the last step
    assert told()[2:] == [("s30", 15, "to_approve", ["OLD"])]


def test_what_a_person_claims_again_from_the_first_step_does_not_go_on_where_it_was():
    world, _customer, old = reminded({"offset_days": 5}, {"offset_days": 15, "repeat_after_days": 20})
    pay(old, old.amount, after(11))
    world.night(after(11))
    bounce(old, after(12))
    live(world, 12, 30)
    asked = Action.objects.get(kind="follow_up")
    conclude(asked, Said(Outcome.RESTART), by=UserFactory(role="collector"), at=noon(asked.opened_on))
    world.night(asked.opened_on + timedelta(days=1))
    assert Action.objects.open().get().step_code == "s5"


def test_a_backlog_enters_by_the_age_of_what_is_claimed():
    world = World(*LADDER, entry_policy="step_by_age")
    customer = world.customer(email=False)
    old = world.invoice(customer, late=400, number="OLD")
    place_hold(customer, invoice=old, kind="dispute", reason="x", starts_on=MARCH_1, by=world.person, at=noon(MARCH_1))
    world.invoice(customer, late=5, number="NEW")
    world.night()
    assert told() == [("s5", 0, "todo", ["NEW"])]


def test_night_dry_run_and_explanation_say_the_same():
    world, customer, old = reminded()
    suspend(world, customer, old, "dispute")
    world.invoice(customer, late=-20, number="NEW")
    live(world, 11, 20)
    world.night(after(20))
    explained = explain(customer, on=after(25)).accounts[0]
    assert (explained.outcome, explained.step) == ("open_action", "s5")
    dry = run_night(world.entity, on=after(25), at=noon(after(25)), dry_run=True)
    assert dry.actions_opened == {"s5": 1} == world.night(after(25)).actions_opened


def test_the_same_night_again_changes_nothing():
    world, customer, old = reminded()
    suspend(world, customer, old, "dispute")
    world.invoice(customer, late=-20, number="NEW")
    live(world, 11, 25)
    before = told(), list(Cycle.objects.order_by("pk").values())
    world.night(after(25), full=True)
    assert (told(), list(Cycle.objects.order_by("pk").values())) == before


@pytest.mark.parametrize("lifted", [True, False])
def test_after_the_last_step_what_is_released_is_asked_about_that_day(lifted):
    world, customer, _old = reminded({"offset_days": 5}, {"offset_days": 15, "repeat_after_days": 200})
    ends_on = None if lifted else after(14)
    hold = place_hold(
        customer, kind="plan", reason="x", starts_on=after(11), ends_on=ends_on, by=world.person, at=noon(after(11))
    )
    live(world, 11, 14)
    if lifted:
        lift_hold(hold, on=after(15), by=world.person, at=noon(after(15)))
    live(world, 15, 15)
    assert told()[2:] == [("follow-up", 15, "todo", ["OLD"])]
