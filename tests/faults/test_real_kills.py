"""Workers, clock, database and broker of a whole installation are killed while it works, and started again."""

import itertools
import signal
import threading
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from crm.accounts.models import Entity
from crm.law.models import Rule
from telephony.messaging import operations as messaging
from telephony.messaging.models import Message
from tests.factories.accounts import UserFactory
from tests.faults.house import day, house, seen
from tests.faults.installation import WITHIN_S, Installation, installed
from tests.faults.sink import Talk

LATE = (40, 30, 20, 18, 16, 9, 8, 7, 6, 6, 2, -2)
FOURTH = 4
QUIET = """
select exists (select 1 from engine_run where entity_id = %s and state = 'done')
   and not exists (select 1 from messaging_message where entity_id = %s and state in ('planned', 'waiting', 'reserved'))
   and not exists (select 1 from events_delivery d join events_event e on e.id = d.event_id
                   where e.entity_id = %s and d.processed_at is null)
"""
UNDER_WAY = "select count(*) >= 3 from engine_runstage s join engine_run r on r.id = s.run_id where r.entity_id = %s"


def zone() -> str:
    """A time zone where it is about noon: no midnight comes in the way, whenever the tests run."""
    return f"Etc/GMT{timezone.now().hour - 12:+d}"


def today() -> date:
    return datetime.now(ZoneInfo(zone())).date()


def open_house() -> int:
    """A house whose night is due at once; its number."""
    world = house(late=LATE, on=today(), time_zone=zone(), night_at=time(0), live_since=None)
    Entity.objects.filter(pk=world.entity.pk).update(live_since="2020-01-01")
    return int(world.entity.pk)


def undisturbed() -> dict[str, object]:
    """What is seen after a night and its morning, lived through in this process. No hour of the day matters."""
    Rule.objects.filter(code__startswith="contact_hours").delete()
    world = house(late=LATE, on=today(), time_zone=zone(), night_at=time(0))
    day(world, today())
    result = seen(world.entity)
    Entity.objects.filter(pk=world.entity.pk).update(live_since=None)
    return result


def settle(entity: int, taken: dict[str, int]) -> int:
    """A person looks up each mail that is to verify at the recipient's; how many there were."""
    unclear = list(Message.objects.filter(entity=entity, state="ambiguous", attempts__result="ambiguous"))
    for message in unclear:
        messaging.reconcile(message, sent=message.message_id in taken, by=UserFactory(), at=timezone.now())
    return len(unclear)


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
    made, expected = place
    struck = kill_at_the_fourth_mail(made, at_a_mail, number)
    entity = made.inside(lambda: open_house())
    if in_the_night:
        made.wait_for(UNDER_WAY, entity)
        made.kill(*in_the_night)
        made.start(*in_the_night)
    assert struck.wait(WITHIN_S), made.logs()
    made.start(*at_a_mail)
    made.wait_for(QUIET, entity, entity, entity)
    # What was in flight, one mail a connection, is listed for a person; with his answer all is as if undisturbed.
    assert made.inside(lambda: settle(entity, made.sink.taken)) == unclear
    made.wait_for(QUIET, entity, entity, entity)
    assert made.inside(lambda: seen(Entity.objects.get(pk=entity))) == expected
    assert set(made.sink.taken.values()) == {1}
    assert len(made.sink.taken) == len(expected["written"])
