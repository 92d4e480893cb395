"""Running twice or late changes nothing; after a crash: tests/faults."""

from datetime import timedelta

import pytest
from hypothesis import given, settings, strategies as st

from collections_app.actions.models import Action, Cycle
from collections_app.engine import handing_over, leases
from collections_app.engine.exceptions import LeaseLost, NightAlreadyRunning, NightInThePast
from collections_app.engine.leases import LEASE, hold_lease, take_run
from collections_app.engine.models import Run
from crm.law.operations import load_law
from telephony.messaging.models import Message
from tests.collections_app.engine.small_house import forget_the_night, small_house, state
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.examples import taken_back


def after(days):
    return MARCH_1 + timedelta(days=days)


@pytest.mark.django_db
def test_a_second_run_of_the_day_writes_nothing():
    world = small_house()
    world.night()
    before = state()
    report = world.night()
    assert report.actions_opened == {}
    assert state() == before


@pytest.mark.django_db
def test_a_missed_night_loses_no_step():
    world = World({"offset_days": 5})
    world.invoice(world.customer(), late=4)
    world.night()
    world.night(after(9))
    assert world.opened() == [("s5", "todo")]


@pytest.mark.django_db
def test_a_night_before_the_last_one_is_refused():
    world = World({"offset_days": 5})
    world.night(after(2))
    with pytest.raises(NightInThePast):
        world.night(after(1))


@pytest.mark.django_db
def test_two_nights_at_once_are_one_too_many():
    world = World({"offset_days": 5})
    take_run(world.entity, on=MARCH_1, clock=lambda: noon(MARCH_1), by=None)
    with pytest.raises(NightAlreadyRunning):
        world.night(clock=lambda: noon(MARCH_1))


@pytest.mark.django_db
def test_a_night_that_ends_while_another_is_asked_for_leaves_it_its_place(monkeypatch):
    world = World({"offset_days": 5})
    asked = {"on": MARCH_1, "clock": lambda: noon(MARCH_1), "by": None}
    ending = take_run(world.entity, **asked)
    take_over = leases._take_over

    def ended_meanwhile(*args, **given):
        Run.objects.filter(pk=ending.pk).update(state="done", finished_at=noon(MARCH_1))
        return take_over(*args, **given)

    monkeypatch.setattr(leases, "_take_over", ended_meanwhile)
    assert take_run(world.entity, **asked).pk > ending.pk


@pytest.mark.django_db
def test_who_lost_the_lease_writes_nothing_more():
    world = World({"offset_days": 5})
    lost = take_run(world.entity, on=MARCH_1, clock=lambda: noon(MARCH_1), by=None)
    later = noon(MARCH_1) + LEASE + timedelta(seconds=1)
    kept = take_run(world.entity, on=MARCH_1, clock=lambda: later, by=None)
    assert (kept.pk, kept.fence) == (lost.pk, lost.fence + 1)
    with pytest.raises(LeaseLost):
        hold_lease(lost, clock=lambda: later)


@pytest.mark.django_db
def test_a_stage_that_fails_is_told_and_the_next_run_makes_it_good(monkeypatch):
    world = small_house()
    monkeypatch.setattr(handing_over.messaging, "queue_many", lambda *args, **options: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        world.night()
    assert Run.objects.get().state == "failed"
    monkeypatch.undo()
    world.night()
    assert Message.objects.count() == Action.objects.filter(state="scheduled").count() > 0


@pytest.mark.django_db
@settings(max_examples=15, deadline=None)
@given(days=st.lists(st.integers(1, 6), min_size=1, max_size=5))
@taken_back
def test_whatever_nights_are_missed_no_step_repeats_in_a_cycle(days):
    world = small_house()
    on = MARCH_1
    for gap in days:
        world.night(on)
        world.do(on)
        on += timedelta(days=gap)
    keys = list(Action.objects.filter(kind="dunning").values_list("cycle", "invoice", "step_code"))
    assert len(keys) == len(set(keys))
    for cycle in Cycle.objects.all():
        offsets = list(cycle.actions.filter(invoice=None).order_by("pk").values_list("step_offset", flat=True))
        assert offsets == sorted(set(offsets))


@pytest.mark.django_db(transaction=True)
def test_the_cut_by_customer_changes_nothing():
    load_law()
    world = small_house()
    for shards in (1, 2, 3):
        forget_the_night()
        world.night(clock=lambda: noon(MARCH_1), shards=shards)
        if shards == 1:
            whole = state()
        assert state() == whole, shards
