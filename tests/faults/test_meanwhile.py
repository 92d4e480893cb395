"""What people and payments do in the middle of a night ends as if they had come just before it, or just after."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from collections_app.engine.exceptions import LeaseLost, NightAlreadyRunning
from collections_app.engine.leases import LEASE
from collections_app.scenarios import operations as scenarios
from crm.customers.models import Customer
from crm.customers.operations.merging import merge_customers
from crm.law.operations import load_law
from crm.receivables.models import Invoice
from tests.collections_app.engine.small_house import forget_the_night, small_house, state
from tests.collections_app.engine.world import MARCH_1, noon
from tests.factories.paying import pay
from tests.faults.house import MONDAY, day, follow_up, house, seen

STAGES = ("groups", "facts", "decide", "open", "hand_over", "assign")


def publish(world):
    """A supervisor moves the call from 15 to 18 days and drops the step before the due date."""
    draft = scenarios.create_draft(world.version.scenario, by=world.person)
    scenarios.save_step(draft, code="s15", by=world.person, offset_days=18)
    draft.steps.get(code="s-3").delete()
    scenarios.publish(draft, by=world.person, at=noon(MONDAY))


def payment(world):
    """The whole of one invoice and a part of another."""
    for number, amount in (("F2", 100), ("F1", 30)):
        pay(Invoice.objects.get(entity=world.entity, external_id=number), amount, MONDAY)


def merge(world):
    """Two customers were one."""
    kept, double = Customer.objects.filter(entity=world.entity, external_id__in=("C2", "C3")).order_by("pk")
    merge_customers(kept, double, by=world.person, at=noon(MONDAY))


def lived(world, event, when):
    """What is seen the day after, with the event before the night, as a stage of it begins, before its mails leave, or
    after them; then all is taken back."""
    start = transaction.savepoint()
    if when == "before":
        event(world)
    world.night(MONDAY, shards=1, starting=lambda stage: event(world) if stage == when else None)
    if when == "before its mails":
        event(world)
    follow_up(noon(MONDAY))
    if when == "after":
        event(world)
    day(world, MONDAY + timedelta(days=1))
    result = seen(world.entity)
    transaction.savepoint_rollback(start)
    return result


@pytest.mark.django_db
@pytest.mark.parametrize("event", [publish, payment, merge])
def test_it_is_as_if_it_had_come_before_or_after_the_night(sink, event):
    world = house()
    orders = [lived(world, event, when) for when in ("before", "before its mails", "after")]
    assert orders[0] != orders[2]
    for stage in STAGES:
        assert lived(world, event, stage) in orders, stage


def run_in_threads(works):
    """What each raised, or None; all begin together, each on a connection of its own."""
    ends, barrier = {}, threading.Barrier(len(works))

    def run(number, work):
        barrier.wait()
        try:
            work()
        except Exception as error:
            ends[number] = type(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [ends.get(number) for number in range(len(works))]


def lived_beside(event, when):
    """What is seen the day after a night in a world of its own, while `event` comes from another connection as a stage
    begins, or before or after it all."""
    world = house()

    def come(stage):
        if stage == when:
            assert run_in_threads([lambda: event(world)]) == [None]

    come("before")
    world.night(MONDAY, shards=1, starting=come)
    come("before its mails")
    follow_up(noon(MONDAY))
    come("after")
    day(world, MONDAY + timedelta(days=1))
    return seen(world.entity)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("event", [payment, merge])
def test_so_it_is_when_it_comes_from_another_connection(sink, event):
    load_law()
    orders = [lived_beside(event, when) for when in ("before", "before its mails", "after")]
    assert orders[0] != orders[2]
    for stage in ("facts", "open"):
        assert lived_beside(event, stage) in orders, stage


@pytest.mark.django_db(transaction=True)
def test_of_several_nights_started_at_once_one_runs():
    load_law()
    world = small_house()
    world.night(shards=1)
    undisturbed = state()
    forget_the_night()
    ends = run_in_threads([lambda: world.night(shards=1, clock=lambda: noon(MARCH_1))] * 3)
    # Who comes when the first is over finds nothing left to do.
    assert set(ends) <= {None, NightAlreadyRunning}
    assert state() == undisturbed


@pytest.mark.django_db(transaction=True)
def test_who_was_believed_dead_writes_nothing_beside_who_took_over():
    load_law()
    world = small_house()
    world.night(shards=1)
    undisturbed = state()
    for stage in ("holds", "facts", "open", "assign", "figures"):
        forget_the_night()
        assert (stage, taken_over(world, stage)) == (stage, [None])
        assert (stage, state()) == (stage, undisturbed)


def taken_over(world, stage):
    """A night that finds at this stage that another took it up; how that one ended."""
    later = noon(MARCH_1) + LEASE + timedelta(seconds=1)
    second = []

    def take_over(name):
        if name == stage and not second:
            second.extend(run_in_threads([lambda: world.night(shards=1, clock=lambda: later)]))

    with pytest.raises(LeaseLost):
        world.night(shards=1, clock=lambda: noon(MARCH_1), starting=take_over)
    return second
