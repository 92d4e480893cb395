from datetime import timedelta

import pytest

from tests.collections_app.engine.world import MARCH_1, World

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
