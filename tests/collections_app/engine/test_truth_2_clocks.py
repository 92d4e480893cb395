"""Two clocks and a gap: the step the age allows, and the first step not yet done."""

from datetime import timedelta

import pytest

from collections_app.actions.models import Action, Cycle
from collections_app.actions.operations import enter_at
from collections_app.engine.queries import explain
from crm.customers.operations import merge_customers
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.factories.paying import pay
from tests.factories.scenarios import published_scenario

pytestmark = pytest.mark.django_db
LADDER = ({"offset_days": 5}, {"offset_days": 15}, {"offset_days": 30})


def after(days):
    return MARCH_1 + timedelta(days=days)


def test_a_backlog_never_fires_every_step_at_once():
    world = World(*LADDER)
    world.invoice(world.customer(), late=300)
    world.night()
    assert world.opened() == [("s5", "todo")]


def test_a_backlog_may_enter_at_the_step_its_age_allows():
    world = World(*LADDER, entry_policy="step_by_age")
    world.invoice(world.customer(), late=300)
    world.invoice(world.customer(), late=20)
    world.invoice(world.customer(), late=6)
    world.night()
    assert sorted(world.opened()) == [("s15", "todo"), ("s30", "todo"), ("s5", "todo")]


GRAVE = ({"offset_days": 5}, {"offset_days": 15}, {"offset_days": 30, "formal": True}, {"offset_days": 45})


@pytest.mark.parametrize(
    ("steps", "entered"),
    [
        (GRAVE, "s15"),
        (({"offset_days": 5}, {"offset_days": 15}, {"offset_days": 45, "mode": "decision"}), "s15"),
        (({"offset_days": 5}, {"offset_days": 15, "owner": "supervisor"}, {"offset_days": 30}), "s30"),
        (({"offset_days": 5}, {"offset_days": 15, "owner": "supervisor", "email": True}, {"offset_days": 30}), "s30"),
        (({"offset_days": 5}, {"offset_days": 30, "formal": True}), "s5"),
        (({"offset_days": 30, "formal": True}, {"offset_days": 45}), "s30"),
    ],
)
@pytest.mark.parametrize("unit", ["account", "invoice"])
def test_age_alone_leads_neither_to_a_formal_notice_nor_to_a_decision_nor_past_one(steps, entered, unit):
    world = World(*({**step, "unit": unit} for step in steps), entry_policy="step_by_age")
    customer = world.customer()
    world.invoice(customer, late=300)
    assert explain(customer, on=MARCH_1).accounts[0].step in (entered, "")
    world.night()
    assert [step for step, _state in world.opened()] == [entered]


def test_who_entered_before_a_formal_notice_gets_it_next():
    world = World(*GRAVE, entry_policy="step_by_age")
    world.invoice(world.customer(), late=300)
    world.night()
    world.do(MARCH_1)
    world.night(after(5))
    assert world.opened() == [("s15", "done"), ("s30", "to_approve")]


def test_a_person_is_asked_where_a_backlog_enters_that_reached_a_formal_notice():
    world = World({"offset_days": 5}, {"offset_days": 30, "formal": True}, entry_policy="by_hand")
    world.invoice(world.customer(), late=300)
    assert world.night().blocked == {"by_hand": 1}


def test_a_backlog_may_wait_for_a_person():
    world = World(*LADDER, entry_policy="by_hand")
    world.invoice(world.customer(), late=300)
    world.invoice(world.customer(), late=6)
    assert world.night().blocked == {"by_hand": 1}
    assert sorted(world.opened()) == [("entry", "todo"), ("s5", "todo")]


def test_a_step_not_done_holds_back_the_next():
    world = World(*LADDER)
    world.invoice(world.customer(), late=6)
    world.nights(25)
    assert world.opened() == [("s5", "todo")]


def test_a_skipped_step_counts_as_passed_and_leaves_no_gap():
    world = World(*LADDER)
    world.invoice(world.customer(), late=40)
    world.night()
    Action.objects.update(state="skipped", closed_at="2026-03-01T10:00Z")
    world.night(after(1))
    assert world.opened() == [("s5", "skipped"), ("s15", "todo")]


def test_a_stream_of_new_invoices_never_starves_escalation():
    world = World(*LADDER)
    customer = world.customer()
    for day in range(0, 40, 3):
        world.invoice(customer, late=1 - day)
    for day in range(45):
        world.night(after(day))
        world.do(after(day))
    assert [code for code, _ in world.opened()] == ["s5", "s15", "s30"]


def test_preventive_messages_do_not_reset_the_gap():
    world = World({"offset_days": -3, "gap_days": 30}, {"offset_days": 5}, {"offset_days": 15, "gap_days": 10})
    customer = world.customer()
    world.invoice(customer, late=5)
    world.night()
    world.do(MARCH_1)
    world.invoice(customer, late=-3, on=after(8))
    for day in range(1, 11):
        world.night(after(day))
        world.do(after(day))
    assert world.opened() == [("s5", "done"), ("s-3", "done"), ("s15", "done")]


@pytest.mark.parametrize("unit", ["account", "invoice"])
def test_the_gap_runs_from_the_day_a_letter_was_posted_however_late_that_is_said(unit):
    world = World({"offset_days": 5, "unit": unit}, {"offset_days": 6, "unit": unit, "gap_days": 10})
    world.invoice(world.customer(), late=6)
    world.night()
    Action.objects.update(state="done", left_on=after(1), closed_at=noon(after(8)))
    opened = []
    for day in (8, 10, 11):
        world.night(after(day))
        opened.append(len(world.opened()))
    assert opened == [1, 1, 2]


def test_a_change_of_scenario_never_lowers_the_level():
    world = World(*LADDER)
    customer = world.customer()
    world.invoice(customer, late=20)
    world.night()
    world.do(MARCH_1)
    world.night(after(6))
    world.do(after(6))
    other = World({"offset_days": 3, "code": "a"}, {"offset_days": 15, "code": "b"}, {"offset_days": 25, "code": "c"})
    world.group.scenario = other.version.scenario
    world.group.save()
    world.night(after(12))
    assert world.opened() == [("s5", "done"), ("s15", "done"), ("c", "todo")]


def test_a_new_cycle_starts_again_at_the_first_step():
    world = World(*LADDER)
    customer = world.customer()
    invoice = world.invoice(customer, late=6)
    world.night()
    world.do(MARCH_1)
    pay(invoice, invoice.amount, MARCH_1)
    world.night(after(1))
    world.invoice(customer, late=6, on=after(2))
    world.night(after(2))
    assert world.opened() == [("s5", "done"), ("s5", "todo")]
    assert list(Cycle.objects.order_by("pk").values_list("opened_on", "closed_on")) == [
        (MARCH_1, after(1)),
        (after(2), None),
    ]


@pytest.mark.parametrize(("working_days_only", "expected"), [(True, 2), (False, 0)])
def test_a_due_day_not_worked_moves_forward(working_days_only, expected):
    """14 March 2026 is a Saturday."""
    world = World({"offset_days": 5, "working_days_only": working_days_only})
    world.entity.working_days = [1, 2, 3, 4, 5]
    world.entity.save()
    saturday = after(13)
    world.invoice(world.customer(), late=5, on=saturday)
    for day in range(4):
        world.night(saturday + timedelta(days=day))
    assert Action.objects.get().opened_on == saturday + timedelta(days=expected)


def test_a_preventive_day_not_worked_moves_backward():
    world = World({"offset_days": -5, "working_days_only": True})
    world.entity.working_days = [1, 2, 3, 4, 5]
    world.entity.save()
    sunday = after(14)
    world.invoice(world.customer(), late=-5, on=sunday)
    for day in range(-4, 3):
        world.night(sunday + timedelta(days=day))
    assert Action.objects.get().opened_on == sunday - timedelta(days=2)


def publish_again(world, *steps):
    """A new version of the scenario of `world`."""
    other = published_scenario(world.entity, steps=list(steps))
    world.version.state = "retired"
    world.version.save()
    world.group.scenario = other.scenario
    world.group.save()


def test_a_done_step_moved_to_a_later_day_holds_nothing_back():
    world = World({"offset_days": 5, "code": "a"}, {"offset_days": 15, "code": "b"})
    world.invoice(world.customer(), late=20)
    world.night()
    world.do(MARCH_1)
    publish_again(world, {"offset_days": 10, "code": "a"}, {"offset_days": 15, "code": "b"})
    world.night(after(6))
    assert world.opened() == [("a", "done"), ("b", "todo")]


def test_a_step_that_comes_back_is_that_of_the_new_version_and_is_seen():
    world = World({"offset_days": 5, "code": "a"})
    world.invoice(world.customer(), late=20)
    world.night()
    Action.objects.update(
        state="cancelled", closed_at="2026-03-01T10:00Z", snoozed_until=after(90), escalated_on=MARCH_1,
        escalation_reason="not_done_in_time", owner=world.person,
    )  # fmt: skip
    publish_again(world, {"offset_days": 10, "code": "a"})
    world.night(after(1))
    action = Action.objects.get()
    assert (action.state, action.step_offset, action.snoozed_until) == ("todo", 10, None)
    assert (action.escalated_on, action.escalation_reason, action.owner) == (None, "", None)


def test_an_invoice_that_falls_due_after_a_backlog_starts_at_the_first_step():
    steps = [{"offset_days": days, "unit": "invoice"} for days in (5, 15, 30)]
    world = World(*steps, entry_policy="step_by_age")
    customer = world.customer()
    world.invoice(customer, late=40)
    world.night()
    world.do(MARCH_1)
    world.invoice(customer, late=5, on=after(6))
    world.night(after(6))
    assert world.opened() == [("s30", "done"), ("s5", "todo")]


def test_an_invoice_of_a_backlog_enters_by_its_own_age():
    steps = [{"offset_days": days, "unit": "invoice"} for days in (5, 15, 30)]
    world = World(*steps, entry_policy="step_by_age")
    customer = world.customer()
    world.invoice(customer, late=300)
    world.invoice(customer, late=16)
    world.invoice(customer, late=6)
    world.night()
    assert sorted(world.opened()) == [("s15", "todo"), ("s30", "todo"), ("s5", "todo")]


@pytest.mark.parametrize(("chosen", "next_step"), [(None, "s30"), (5, "s30"), (30, None)])
def test_entering_a_backlog_by_hand_never_lowers_what_was_passed(chosen, next_step):
    world = World(*LADDER, entry_policy="by_hand")
    world.invoice(world.customer(), late=300)
    world.night()
    Cycle.objects.update(passed_offset=15)
    enter_at(Action.objects.get(), passed_offset=chosen, by=world.person, at=noon(MARCH_1))
    world.night(after(1))
    assert [code for code, _ in world.opened() if code != "entry"] == ([next_step] if next_step else [])


def test_an_invoice_of_a_merged_customer_hears_no_step_again():
    steps = [{"offset_days": days, "unit": "invoice"} for days in (5, 15, 30)]
    world = World(*steps, entry_policy="step_by_age")
    kept, duplicate = world.customer(), world.customer()
    world.invoice(kept, late=6)
    world.invoice(duplicate, late=20)
    world.night()
    world.do(MARCH_1)
    before = sorted(world.opened())
    merge_customers(kept, duplicate, by=None, at=noon(after(1)))
    world.nights(8, after(1))
    assert before == [("s15", "done"), ("s5", "done")]
    assert sorted(world.opened()) == before


def test_who_was_reminded_as_another_customer_waits_for_the_gap_after_that():
    world = World({"offset_days": 5}, {"offset_days": 15, "gap_days": 10})
    kept, duplicate = world.customer(), world.customer()
    world.invoice(kept, late=30)
    world.invoice(duplicate, late=30)
    world.night()
    Action.objects.filter(customer=kept).update(state="done", closed_at=noon(MARCH_1))
    Action.objects.filter(customer=duplicate).update(state="done", closed_at=noon(after(6)))
    merge_customers(kept, duplicate, by=None, at=noon(after(7)))
    world.nights(9, after(7))
    assert world.opened() == [("s5", "done"), ("s5", "done")]
    world.night(after(16))
    assert world.opened() == [("s5", "done"), ("s5", "done"), ("s15", "todo")]
