"""Workers, clock, database and broker of a whole installation are killed while it works, and started again."""

import itertools
import signal
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from crm.accounts.models import Entity
from tests.faults.house import seen
from tests.faults.installation import Installation, installed
from tests.faults.sink import Talk
from tests.faults.stories import QUIET, UNDER_WAY, open_house, settle, undisturbed
from tests.servers.outside import needed

pytestmark = pytest.mark.long
FOURTH = 4


@pytest.fixture(scope="module")
def place(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Installation, dict[str, object]]]:
    with django_db_blocker.unblock(), installed() as made:
        expected = made.inside(undisturbed)
        made.start("worker", "beat")
        yield made, expected


def kill_at_the_fourth_mail(made: Installation, parts: Sequence[str], number: signal.Signals) -> threading.Event:
    """When its text has come whole and is not answered yet; set once they are killed."""
    met, struck = itertools.count(1), threading.Event()

    def strike(talk: Talk) -> None:
        if next(met) == FOURTH:
            made.kill(*parts, number=number)
            struck.set()

    made.sink.taken.clear()
    made.sink.faults["text"] = strike
    return struck


@pytest.mark.parametrize(
    ("in_the_night", "at_a_mail", "number", "unclear"),
    [
        (["worker"], ["worker"], signal.SIGKILL, 1),
        (["postgres"], ["postgres"], signal.SIGQUIT, 1),
        (["broker", "beat"], ["broker", "beat"], signal.SIGKILL, 0),
        ([], ["worker", "beat", "postgres", "broker"], signal.SIGKILL, 1),
    ],
    ids=["worker", "postgres, then at once", "broker and clock", "everything"],
)
def test_killed_in_the_night_and_at_a_mail(place, in_the_night, at_a_mail, number, unclear):
    live_through(*place, in_the_night, at_a_mail, number, unclear)


@needed("RabbitMQ")
def test_rabbitmq_and_the_worker_killed_in_the_night_and_at_a_mail(place, rabbitmq):
    made, expected = place
    made.change_to(rabbitmq)
    made.start("worker", "beat")
    live_through(made, expected, ["broker"], ["broker", "worker"], signal.SIGKILL, 1)


def live_through(made, expected, in_the_night, at_a_mail, number, unclear):
    """A night and its morning with these parts killed on the way, and started again."""
    struck = kill_at_the_fourth_mail(made, at_a_mail, number)
    entity = made.inside(open_house)
    if in_the_night:
        made.wait_for(UNDER_WAY, entity)
        made.kill(*in_the_night)
        made.start(*in_the_night)
    made.wait_until(struck.is_set, "the fourth mail")
    made.start(*at_a_mail)
    made.wait_for(QUIET, entity, entity, entity)
    # What was in flight, one mail a connection, is listed for a person; with his answer all is as if undisturbed.
    assert made.inside(lambda: settle(entity, made.sink.taken)) == unclear
    made.wait_for(QUIET, entity, entity, entity)
    assert made.inside(lambda: seen(Entity.objects.get(pk=entity))) == expected
    assert set(made.sink.taken.values()) == {1}
    assert len(made.sink.taken) == len(expected["written"])
    assert not made.gave_up(), made.logs()
