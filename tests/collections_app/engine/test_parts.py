"""A night's customers cut into parts: each is worked on once, by whoever holds its lease, here or elsewhere."""

from datetime import timedelta
from itertools import pairwise
from threading import Event, Thread

import pytest
from django.db import OperationalError, connection, transaction

from collections_app.actions.models import Action
from collections_app.engine import night, parts, running, shards, tasks
from collections_app.engine.exceptions import LeaseLost, NightAlreadyRunning, PartFailed
from collections_app.engine.leases import LEASE, fail_run, share_lease, take_run
from collections_app.engine.models import Run, RunPart
from collections_app.engine.night import EVERYBODY, Night
from collections_app.engine.scope import Scope
from collections_app.engine.stages import STAGES
from crm.core.sql import set_local
from crm.law.operations import load_law
from tests.collections_app.engine.small_house import forget_the_night, small_house, state
from tests.collections_app.engine.world import MARCH_1, World, noon


def on_time():
    return noon(MARCH_1)


def too_late():
    return noon(MARCH_1) + LEASE + timedelta(seconds=1)


def run_cut_in(number, world=None):
    world = world or World({"offset_days": 5})
    run = take_run(world.entity, on=MARCH_1, clock=on_time, by=None)
    parts.cut(Night(run=run, entity=world.entity, on=MARCH_1, at=on_time()), number, clock=on_time)
    return run


@pytest.mark.django_db
def test_the_parts_leave_nobody_out_and_overlap_nowhere():
    world = World({"offset_days": 5})
    for _ in range(7):
        world.customer()
    ranges = list(run_cut_in(3, world).parts.order_by("number").values_list("first_customer", "end_customer"))
    assert [ranges[0][0], ranges[-1][1]] == [0, EVERYBODY]
    assert [end for _, end in ranges[:-1]] == [first for first, _ in ranges[1:]]


@pytest.mark.django_db
@pytest.mark.parametrize(("full", "widths"), [(True, [10, 20, 20, 10]), (False, [20, 20, 20])])
def test_over_everybody_the_first_part_and_the_last_are_half_as_wide(full, widths):
    world = World({"offset_days": 5})
    world.customer(pk=1000)
    world.customer(pk=1059)
    run = take_run(world.entity, on=MARCH_1, clock=on_time, by=None)
    night = Night(run=run, entity=world.entity, on=MARCH_1, at=on_time())
    night.look_at(Scope(full=full))
    parts.cut(night, 3, clock=on_time)
    starts = list(run.parts.order_by("number").values_list("first_customer", flat=True))
    assert [end - start for start, end in pairwise([1000, *starts[1:], 1060])] == widths


@pytest.mark.django_db
@pytest.mark.parametrize(("full", "number"), [(True, 5), (False, 2)])
def test_a_part_of_everybody_has_no_more_customers_than_fit_in_memory(full, number, settings):
    settings.NIGHT_PART_CUSTOMERS = 2
    world = World({"offset_days": 5})
    for _ in range(7):
        world.customer()
    run = take_run(world.entity, on=MARCH_1, clock=on_time, by=None)
    night = Night(run=run, entity=world.entity, on=MARCH_1, at=on_time())
    night.look_at(Scope(full=full))
    parts.cut(night, 2, clock=on_time)
    assert run.parts.count() == number


@pytest.mark.django_db
@pytest.mark.parametrize(("times", "told"), [([400, 300, 200, 100], 500), ([700, 100, 100, 100], 700), ([40], 40)])
def test_a_stage_takes_what_its_parts_take_two_at_a_time(times, told, settings):
    settings.NIGHT_SHARDS = 2
    run = run_cut_in(max(1, len(times) - 1))  # one more part where everybody is looked at
    for part, ms in zip(run.parts.order_by("number"), times, strict=True):
        part.stages = [{"name": "groups", "rows": 10, "ms": ms}]
        part.save()
    running.tell_if_last(run, next(stage for stage in STAGES if stage.name == "groups"), clock=on_time)
    assert list(run.stages.values_list("rows", "ms")) == [(10 * len(times), told)]


@pytest.mark.django_db
def test_each_part_is_taken_once():
    run = run_cut_in(2)
    assert [part and part.number for part in (parts.take(run, clock=on_time) for _ in range(4))] == [0, 1, 2, None]


@pytest.mark.django_db
def test_a_part_whose_worker_is_gone_passes_to_another_and_the_first_writes_nothing_more():
    run = run_cut_in(1)
    lost = parts.take(run, clock=on_time)
    again = parts.take(run, clock=too_late)
    assert (again.pk, again.fence) == (lost.pk, lost.fence + 1)
    with pytest.raises(LeaseLost):
        parts.hold(lost, clock=too_late)


@pytest.mark.django_db
def test_a_run_led_anew_takes_back_what_its_parts_had_not_finished():
    run = run_cut_in(2)
    parts.finish(parts.take(run, clock=on_time))
    parts.take(run, clock=on_time)
    led_anew = take_run(run.entity, on=MARCH_1, clock=too_late, by=None)
    parts.cut(Night(run=led_anew, entity=run.entity, on=run.on, at=on_time()), 2, clock=too_late)
    assert list(led_anew.parts.order_by("number").values_list("state", flat=True)) == ["done", "waiting", "waiting"]


@pytest.mark.django_db
def test_a_message_that_comes_after_the_night_does_nothing():
    world = World({"offset_days": 5})
    world.invoice(world.customer(), late=9)
    world.night()
    before = list(Action.objects.values())
    tasks.help_with_night(world.entity.runs.get().pk)
    assert list(Action.objects.values()) == before


@pytest.mark.django_db(transaction=True)
def test_another_worker_takes_its_share_and_the_result_is_the_same(monkeypatch, settings):
    load_law()
    world = small_house()
    world.night(clock=on_time, shards=1)
    alone = state()
    forget_the_night()
    settings.NIGHT_CONNECTIONS = 1
    helped = call_a_helper_at_once(monkeypatch)
    world.night(clock=on_time, shards=3)
    assert (state(), helped) == (alone, [4, 0])
    assert set(RunPart.objects.values_list("state", flat=True)) == {"done"}


@pytest.mark.django_db(transaction=True)
def test_a_part_that_fails_elsewhere_fails_the_night_with_its_reason(monkeypatch, settings):
    load_law()
    world = small_house()
    settings.NIGHT_CONNECTIONS = 1
    call_a_helper_at_once(monkeypatch)
    run_part, failures = shards.run_part, iter([ZeroDivisionError])

    def fail_once(*args, **options):
        for failure in failures:
            raise failure
        run_part(*args, **options)

    monkeypatch.setattr(shards, "run_part", fail_once)
    with pytest.raises(PartFailed, match="ZeroDivisionError"):
        world.night(clock=on_time, shards=2)


def call_a_helper_at_once(monkeypatch):
    """The message finds a worker quicker than the night itself; returns how many parts each call worked on."""
    helped = []

    def work(run_id):
        try:
            helped.append(shards.help_with(run_id, clock=on_time))
        except ZeroDivisionError:
            helped.append(0)
        finally:
            shards.connection.close()

    def delay(run_id):
        worker = Thread(target=work, args=[run_id])
        worker.start()
        worker.join()

    monkeypatch.setattr(tasks.help_with_night, "delay", delay)
    return helped


@pytest.mark.django_db
def test_a_night_in_one_part_keeps_its_lease_from_stage_to_stage():
    world = World({"offset_days": 5})
    world.invoice(world.customer(), late=6)
    at = [noon(MARCH_1)]
    refused = []

    def later(stage):
        at[0] += LEASE * 0.6
        with pytest.raises(NightAlreadyRunning):
            take_run(world.entity, on=MARCH_1, clock=lambda: at[0], by=None)
        refused.append(stage)

    world.night(shards=1, clock=lambda: at[0], starting=later)
    assert refused == [stage.name for stage in STAGES]


@pytest.mark.django_db
def test_a_stage_longer_than_its_lease_is_not_taken_over(monkeypatch):
    world = World({"offset_days": 5})
    world.invoice(world.customer(), late=6)
    at = [noon(MARCH_1)]
    refused = []

    def slow(point):
        at[0] += 2 * LEASE

    def somebody_else(stage):
        with pytest.raises(NightAlreadyRunning):
            take_run(world.entity, on=MARCH_1, clock=lambda: at[0], by=None)
        refused.append(stage)

    monkeypatch.setattr(night, "crash_point", slow)
    world.night(shards=1, clock=lambda: at[0], starting=somebody_else)
    assert (refused, at[0] > noon(MARCH_1)) == ([stage.name for stage in STAGES], True)


@pytest.mark.django_db(transaction=True)
def test_a_night_fails_only_after_the_stages_other_processes_are_in():
    load_law()
    run = run_cut_in(1)
    elsewhere = Thread(target=in_a_stage_of, args=[run, started := Event(), ended := Event()])
    elsewhere.start()
    started.wait()
    with transaction.atomic():
        set_local(lock_timeout="20ms")
        with pytest.raises(OperationalError):
            fail_run(run, ValueError("broken"), clock=on_time)
    assert Run.objects.get().state == "running"
    ended.set()
    elsewhere.join()
    fail_run(run, ValueError("broken"), clock=on_time)
    assert (Run.objects.get().state, Run.objects.get().error) == ("failed", "ValueError: broken")


def in_a_stage_of(run, started, ended):
    try:
        with transaction.atomic():
            share_lease(run)
            started.set()
            ended.wait()
    finally:
        connection.close()
