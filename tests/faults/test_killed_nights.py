"""A night killed anywhere is finished by the next run as if nothing had happened."""

from datetime import timedelta

import pytest

from collections_app.engine import handing_over, night as night_module, running
from collections_app.engine.leases import LEASE
from collections_app.engine.models import Change, Run
from crm.law.operations import load_law
from tests.collections_app.engine.small_house import forget_the_night, small_house, state
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.faults.killing import killed_at, places_of, points_of

pytestmark = pytest.mark.django_db(transaction=True)
NOON = noon(MARCH_1)
NEXT = NOON + LEASE + timedelta(seconds=1)
# Where several parts, each on a connection of its own, are under way.
SIDE_BY_SIDE = ("after stage facts", "after insert_actions", "before stage hand_over", "after stage hand_over")


@pytest.fixture
def world():
    load_law()  # an earlier test of this kind may have emptied every table
    return small_house()


def run(world: World, at=NOON, shards: int = 1) -> None:
    world.night(clock=lambda: at, shards=shards)


MODULES = (night_module, running, handing_over)


def test_killed_at_each_place(world):
    places = places_of(lambda: run(world), *MODULES)
    undisturbed = state()
    assert len(places) > 30
    for place in places:
        forget_the_night()
        assert killed_at(place, lambda: run(world)), place
        run(world, NEXT)
        assert state() == undisturbed, place


def test_killed_at_each_point_in_turn(world):
    """The worst night: whoever takes it up dies a little further."""
    points = points_of(lambda: run(world), *MODULES)
    undisturbed = state()
    forget_the_night()
    clock = NOON
    for point in points:
        assert killed_at(point, lambda at=clock: run(world, at)), point
        clock += LEASE + timedelta(seconds=1)
    run(world, clock)
    assert state() == undisturbed


def test_a_night_of_some_customers_killed_at_each_point_in_turn(world):
    live_the_eve(world)
    points = points_of(lambda: run(world), *MODULES)
    assert not Run.objects.latest("pk").scope["full"]
    undisturbed = state(), Change.objects.count()
    live_the_eve(world)
    clock = NOON
    for point in points:
        assert killed_at(point, lambda at=clock: run(world, at)), point
        clock += LEASE + timedelta(seconds=1)
    run(world, clock)
    assert (state(), Change.objects.count()) == undisturbed


def live_the_eve(world: World) -> None:
    """As before the night, the one before it done."""
    forget_the_night()
    world.night(MARCH_1 - timedelta(days=1), shards=1)


@pytest.mark.parametrize("point", SIDE_BY_SIDE)
def test_killed_while_parts_are_worked_on_side_by_side(world, point):
    run(world)
    undisturbed = state()
    forget_the_night()
    assert killed_at(point, lambda: run(world, shards=2))
    run(world, NEXT, shards=2)
    assert state() == undisturbed
