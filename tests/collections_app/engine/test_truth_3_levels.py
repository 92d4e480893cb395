"""Level per invoice, message per customer."""

from datetime import timedelta
from functools import partial

import pytest

from collections_app.actions.levels import Levels, reached
from collections_app.actions.models import Action, ActionLine
from crm.holds.models import Hold
from tests.collections_app.engine.world import MARCH_1, World, noon

pytestmark = pytest.mark.django_db


def lines(on=MARCH_1):
    return sorted(map(partial(told, on), ActionLine.objects.select_related("action", "invoice")))


def told(on, line):
    action, invoice = line.action, line.invoice
    levels = Levels.among([action.scenario_version_id], on=on, worked=on)
    level = levels.own(action.scenario_version_id, invoice.due_on, up_to=action.step_offset)
    return invoice.number, level.code if level else "", reached(action, invoice, on)


def after(days):
    return MARCH_1 + timedelta(days=days)


def test_one_message_carries_each_invoice_at_its_own_level():
    world = World({"offset_days": 5}, {"offset_days": 15}, entry_policy="step_by_age")
    customer = world.customer()
    world.invoice(customer, late=40, external_id="A")
    world.invoice(customer, late=6, external_id="B")
    world.invoice(customer, late=1, external_id="C")
    world.invoice(customer, late=-5, external_id="D")
    world.night()
    assert world.opened() == [("s15", "todo")]
    assert lines() == [("A", "s15", True), ("B", "s5", False), ("C", "", False)]


def test_a_level_is_never_above_that_of_the_message():
    world = World({"offset_days": 5}, {"offset_days": 15})
    world.invoice(world.customer(), late=40, external_id="A")
    world.night()
    assert lines() == [("A", "s5", True)]


def test_taking_one_invoice_out_does_not_silence_the_rest():
    world = World({"offset_days": 5})
    customer = world.customer()
    disputed = world.invoice(customer, late=20, external_id="A")
    world.invoice(customer, late=6, external_id="B")
    Hold.objects.create(
        entity=world.entity, customer=customer, invoice=disputed, kind="dispute", reason="avarie",
        starts_on=MARCH_1, created_at=noon(MARCH_1),
    )  # fmt: skip
    world.night()
    assert lines() == [("B", "s5", True)]


def test_a_formal_notice_is_reached_only_by_certain_due_dates():
    world = World({"offset_days": 30, "formal": True}, entry_policy="step_by_age")
    customer = world.customer()
    world.invoice(customer, late=60, external_id="A", guessed=True)
    world.night()
    assert world.opened() == []
    world.invoice(customer, late=40, external_id="B")
    world.invoice(customer, late=10, external_id="C")
    world.night(after(1))
    assert world.opened() == [("s30", "to_approve")]
    assert lines(after(1)) == [("A", "s30", False), ("B", "s30", True), ("C", "", False)]


def test_a_formal_notice_waits_for_the_age_of_the_certain_due_date():
    world = World({"offset_days": 30, "formal": True}, entry_policy="step_by_age")
    customer = world.customer()
    world.invoice(customer, late=60, guessed=True)
    world.invoice(customer, late=29)
    world.night()
    assert world.opened() == []
    world.night(after(1))
    assert world.opened() == [("s30", "to_approve")]


@pytest.mark.parametrize("trait", ["guessed", "opening"])
def test_an_uncertain_debt_is_never_reminded_automatically(trait):
    world = World({"offset_days": 5, "email": True})
    world.invoice(world.customer(), late=10, **{trait: True})
    world.night()
    assert world.opened() == [("s5", "todo")]


def test_a_certain_debt_with_an_address_leaves_by_itself():
    world = World({"offset_days": 5, "email": True})
    world.invoice(world.customer(), late=10)
    world.night()
    assert world.opened() == [("s5", "scheduled")]


def test_without_address_the_step_becomes_a_call():
    world = World({"offset_days": 5, "email": True})
    world.invoice(world.customer(email=False), late=10)
    world.night()
    action = Action.objects.get()
    assert (action.channel, action.state, action.reasons) == ("phone", "todo", ["no_address"])


def test_in_invoice_mode_each_invoice_climbs_its_own_ladder():
    world = World({"offset_days": 5, "unit": "invoice"}, {"offset_days": 15, "unit": "invoice"})
    customer = world.customer()
    first = world.invoice(customer, late=6)
    second = world.invoice(customer, late=1)
    for day in range(20):
        world.night(after(day))
        world.do(after(day))
    steps = Action.objects.order_by("pk").values_list("invoice_id", "step_code", "opened_on")
    assert sorted(steps) == sorted(
        [
            (first.pk, "s5", after(0)),
            (first.pk, "s15", after(9)),
            (second.pk, "s5", after(4)),
            (second.pk, "s15", after(14)),
        ]
    )


def test_account_and_invoice_steps_follow_each_other():
    world = World({"offset_days": 5}, {"offset_days": 10, "unit": "invoice"}, {"offset_days": 20})
    customer = world.customer()
    world.invoice(customer, late=30)
    world.invoice(customer, late=12)
    for day in range(0, 30, 5):
        world.night(after(day))
        world.do(after(day))
    assert [code for code, _ in world.opened()] == ["s5", "s10", "s10", "s20"]


def test_preventive_invoices_of_one_day_share_a_message_and_come_once():
    world = World({"offset_days": -5})
    customer = world.customer()
    world.invoice(customer, late=-5, external_id="A")
    world.invoice(customer, late=-4, external_id="B")
    world.invoice(customer, late=-8, external_id="C")
    world.nights(5)
    assert [(code, on) for code, on in Action.objects.order_by("pk").values_list("step_code", "opened_on")] == [
        ("s-5", after(0)),
        ("s-5", after(3)),
    ]
    assert lines(after(4)) == [("A", "s-5", True), ("B", "s-5", True), ("C", "s-5", True)]
