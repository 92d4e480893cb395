"""A night killed anywhere is finished by the next run as if nothing had happened."""

from datetime import timedelta

import pytest

from collections_app.engine import handing_over, night as night_module, running
from collections_app.engine.leases import LEASE
from collections_app.engine.models import Run
from collections_app.engine.stages import STAGES
from crm.law.operations import load_law
from tests.collections_app.actions.test_tallies import added_up, counted
from tests.collections_app.engine.small_house import forget_the_night, small_house, state
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.faults import usual_night
from tests.faults.killing import killed_at, points_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
NOON = noon(MARCH_1)
NEXT = NOON + LEASE + timedelta(seconds=1)
# Where several parts, each on a connection of its own, are under way.
SIDE_BY_SIDE = ("after stage facts", "after insert_actions", "before stage hand_over", "after stage hand_over")


@pytest.fixture(autouse=True)
def _messages_may_leave(settings):
    settings.MAIL_RECIPIENT_ALLOWLIST = ["*"]


@pytest.fixture
def world():
    load_law()  # an earlier test of this kind may have emptied every table
    return small_house()


def run(world: World, at=NOON, shards: int = 1) -> None:
    world.night(clock=lambda: at, shards=shards)


MODULES = (night_module, running, handing_over)


def transactions(passed: list[str]) -> list[str]:
    """Points after something was committed: what dies between two of them is taken back, and is one place."""
    return [point for point in passed if point.startswith("after stage")]


def test_killed_after_each_transaction(world):
    points = transactions(points_of(lambda: run(world), *MODULES))
    undisturbed = usual_night.written()
    assert [len(points), len(undisturbed["Message"])] == [len(STAGES), 3]
    for point in points:
        forget_the_night()
        assert killed_at(point, lambda: run(world)), point
        run(world, NEXT)
        assert usual_night.written() == undisturbed, point


def test_killed_at_each_point_in_turn(world):
    """The worst night: whoever takes it up dies a little further."""
    points = points_of(lambda: run(world), *MODULES)
    undisturbed = usual_night.written()
    forget_the_night()
    clock = NOON
    for point in points:
        assert killed_at(point, lambda at=clock: run(world, at)), point
        clock += LEASE + timedelta(seconds=1)
    run(world, clock)
    assert usual_night.written() == undisturbed


@pytest.fixture
def usual():
    """The world of a usual night, taken back to its eve."""
    load_law()
    world = usual_night.eve()
    usual_night.keep()
    return world


def test_open_actions_taken_back_are_tallied_once(usual):
    tallied = added_up()
    assert tallied
    run(usual)
    assert tallied != added_up()
    usual_night.back()
    assert tallied == added_up() == counted()


def test_a_usual_night_killed_after_each_transaction(usual):
    points = transactions(points_of(lambda: run(usual), *MODULES))
    undisturbed, looks = usual_night.written(), usual_night.looks()
    assert not Run.objects.latest("pk").scope["full"]
    assert [len(points), len(undisturbed["Message"])] == [len(STAGES), 5]
    assert {kind for _, kind, *_ in undisturbed["Entry"]} == {"hold"}
    for point in points:
        usual_night.back()
        assert killed_at(point, lambda: run(usual)), point
        run(usual, NEXT)
        assert usual_night.written() == undisturbed, point
        # What was open when it was taken up is looked at once more the next day; nothing is looked at later.
        assert {who: min(on, looks[who]) for who, on in usual_night.looks().items()} == usual_night.looks(), point


def test_a_usual_night_killed_after_each_transaction_in_turn(usual):
    points = transactions(points_of(lambda: run(usual), *MODULES))
    undisturbed = usual_night.written(), the_day_after(usual)
    usual_night.back()
    clock = NOON
    for point in points:
        assert killed_at(point, lambda at=clock: run(usual, at)), point
        clock += LEASE + timedelta(seconds=1)
    run(usual, clock)
    assert (usual_night.written(), the_day_after(usual)) == undisturbed


def the_day_after(world: World) -> tuple[object, ...]:
    """What the next night writes, too."""
    world.night(MARCH_1 + timedelta(days=1), shards=1)
    return usual_night.written(), usual_night.looks()


def test_killed_while_parts_are_worked_on_side_by_side(world):
    run(world)
    undisturbed = state()
    for point in SIDE_BY_SIDE:
        forget_the_night()
        assert killed_at(point, lambda: run(world, shards=2)), point
        run(world, NEXT, shards=2)
        assert state() == undisturbed, point
