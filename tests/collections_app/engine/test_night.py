from datetime import timedelta

import pytest

from collections_app.actions.models import Action
from crm.law.models import ExchangeRate
from tests.collections_app.engine.world import MARCH_1, World
from tests.factories.accounts import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_late_customer_gets_the_first_step():
    world = World({"offset_days": 5}, {"offset_days": 15})
    world.invoice(world.customer(), late=6)
    report = world.night()
    assert report.actions_opened == {"s5": 1}
    assert world.opened() == [("s5", "todo")]


def test_running_twice_changes_nothing():
    world = World({"offset_days": 5}, {"offset_days": 15})
    world.invoice(world.customer(), late=30)
    world.night()
    assert world.night().actions_opened == {}
    assert world.opened() == [("s5", "todo")]


def test_a_dry_run_leaves_nothing():
    world = World({"offset_days": 5})
    world.invoice(world.customer(), late=6)
    assert world.night(dry_run=True).actions_opened == {"s5": 1}
    assert world.opened() == []


def test_the_next_step_waits_for_the_gap():
    world = World({"offset_days": 5, "gap_days": 3}, {"offset_days": 15, "gap_days": 7})
    world.invoice(world.customer(), late=40)
    world.night()
    world.do(MARCH_1)
    world.night(MARCH_1 + timedelta(days=6))
    assert world.opened() == [("s5", "done")]
    world.night(MARCH_1 + timedelta(days=7))
    assert world.opened() == [("s5", "done"), ("s15", "todo")]


def test_an_entry_task_taken_back_comes_again():
    world = World({"offset_days": 5}, {"offset_days": 15}, entry_policy="by_hand")
    world.invoice(world.customer(), late=300)
    world.night()
    Action.objects.update(state="cancelled", closed_at="2026-03-01T12:00Z")
    world.night(MARCH_1 + timedelta(days=1))
    assert world.opened() == [("entry", "todo")]


@pytest.mark.parametrize(("rate", "escalated"), [("2", True), ("0.5", False)])
def test_the_limit_of_escalation_is_in_the_currency_of_the_entity(rate, escalated):
    world = World({"offset_days": 5, "escalate_above": 100})
    ExchangeRate.objects.create(base="USD", quote="EUR", on="2026-01-01", rate=rate)
    customer = world.customer(team=TeamFactory(entity=world.entity, supervisor=UserFactory(supervisor=True)))
    world.group.team = customer.team
    world.group.save()
    world.invoice(customer, late=6, currency="USD", amount=99)
    world.night()
    assert bool(Action.objects.get().escalated_on) is escalated
