"""What leaves in a simulation, day after day, is what the real nights and the real outbox let leave."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from collections_app.actions.models import Action
from collections_app.engine.operations import run_night
from collections_app.engine.simulation.assumptions import Assumptions
from collections_app.engine.simulation.operations import ask_simulation, run_simulation
from crm.events.operations import deliver_waiting
from crm.law.operations import load_law
from telephony.messaging import operations as messaging
from telephony.messaging.models import Message, SendingDay
from tests.collections_app.engine.world import MARCH_1, World
from tests.factories.letters import TemplateVersionFactory
from tests.factories.messaging import a_world

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = MARCH_1 + timedelta(days=1)
DAYS = 8
HOURS = (0, 5, 7, 12, 18, 21)


def a_house(**entity):
    """Two reminders by e-mail, seven customers; two e-mails a day."""
    load_law()
    given = {"max_emails_a_day": 2, "night_at": time(4), "time_zone": "Europe/Paris"} | entity
    world = World({"offset_days": 2, "email": True}, {"offset_days": 5, "email": True, "gap_days": 2}, **given)
    for step in world.steps:
        TemplateVersionFactory(template=step.template, body="Bonjour")
    for late in range(-2, 5):
        world.invoice(world.customer(), late=late, on=MONDAY, amount=100 + late)
    world.zone = ZoneInfo(world.entity.time_zone)
    return world


def at(world, on, hour):
    return datetime.combine(on, hour, world.zone)


def live(world, days, first=MONDAY):
    """The real nights of as many days and, several times a day until the night after, the real outbox."""
    for number in range(days):
        on = first + timedelta(days=number)
        night_at = at(world, on, world.entity.night_at)
        run_night(world.entity, on=on, at=night_at.astimezone(UTC), shards=1)
        drain_until(world, night_at, at(world, on + timedelta(days=1), world.entity.night_at))


def drain_until(world, since, until):
    looks = [at(world, since.date() + timedelta(days=day), time(hour)) for day in (0, 1) for hour in HOURS]
    for look in looks:
        if since < look < until:
            drain(look.astimezone(UTC))


def drain(now):
    for _again in range(2):  # what waits for another hour of this instant
        for key in messaging.hand_out(at=now):
            messaging.send_one(key, now)
    deliver_waiting("actions", at=now)


def simulated(world, first, days):
    simulation = ask_simulation(
        world.entity, kind="next", from_on=first, until_on=first + timedelta(days=days - 1), by=world.person,
        at=datetime(2026, 3, 1, 1, tzinfo=UTC), start=False, assumptions=Assumptions(payments="none"),
    )  # fmt: skip
    run_simulation(simulation.pk, clock=lambda: datetime(2026, 3, 1, 1, tzinfo=UTC))
    simulation.refresh_from_db()
    assert (simulation.state, simulation.error) == ("done", "")
    return simulation.report["today"]["days"]


def really_left(world, since):
    """Messages by day and channel, of those that left from an instant on."""
    found = Message.objects.filter(sent_at__gte=since).values_list("sent_at", "channel")
    days = {}
    for sent_at, channel in found:
        days.setdefault(sent_at.astimezone(world.zone).date().isoformat(), Counter())[channel] += 1
    return {on: dict(channels) for on, channels in sorted(days.items())}


@pytest.mark.parametrize("night_at", [time(4), time(20, 30)])
def test_as_many_leave_each_day_as_in_reality(night_at):
    world = a_house(night_at=night_at)
    found = simulated(world, MONDAY, DAYS)
    with a_world():
        live(world, DAYS)
    expected = really_left(world, at(world, MONDAY, night_at))
    assert sum(channels["email"] for channels in expected.values()) > 8
    assert found == expected


@pytest.mark.parametrize("night_at", [time(4), time(20, 30)])
def test_what_waits_when_it_begins_leaves_in_it_and_takes_its_places(night_at):
    world = a_house(night_at=night_at)
    first = MONDAY + timedelta(days=1)
    with a_world():
        live(world, 1)
        found = simulated(world, first, DAYS - 1)
        live(world, DAYS - 1, first)
    assert found == really_left(world, at(world, first, night_at))


def test_what_leaves_before_the_first_night_is_not_of_it():
    """Asked for in the morning; what may leave in the afternoon does, and takes no place of tomorrow."""
    world = a_house()
    run_night(world.entity, on=MONDAY, at=at(world, MONDAY, time(4)), shards=1)
    first = MONDAY + timedelta(days=1)
    found = simulated(world, first, DAYS - 1)
    with a_world():
        drain_until(world, at(world, MONDAY, time(4)), at(world, first, time(4)))
        live(world, DAYS - 1, first)
    assert found == really_left(world, at(world, first, time(4)))


def test_what_a_night_holds_leaves_on_the_first_day_as_if_it_were_released():
    world = a_house()
    run_night(world.entity, on=MONDAY, at=at(world, MONDAY, time(4)), shards=1)
    assert Message.objects.update(state="held", held_by=1) > 2
    first = MONDAY + timedelta(days=1)
    assert simulated(world, first, 2)[first.isoformat()] == {"email": 2}


@pytest.mark.parametrize(("printed", "left"), [(False, [1, 1]), (True, [2])])
def test_a_letter_that_waits_to_be_printed_leaves_on_the_first_day_with_a_place(printed, left):
    world = a_house(max_letters_a_day=1)
    run_night(world.entity, on=MONDAY, at=at(world, MONDAY, time(4)), shards=1)
    letters = list(Message.objects.order_by("pk").values_list("pk", flat=True)[:2])
    Message.objects.exclude(pk__in=letters).delete()
    Message.objects.update(
        channel="post", state="ready", digest="0", reason="", not_before_at=at(world, MONDAY, time(4)),
        counts_on=MONDAY if printed else None,
    )  # fmt: skip
    mine = Message.objects.values("origin_id")
    Action.objects.filter(pk__in=mine).update(channel="post")
    Action.objects.exclude(pk__in=mine).update(state="done", closed_at=at(world, MONDAY, time(5)))
    SendingDay.objects.all().delete()
    first = MONDAY + timedelta(days=1)
    found = simulated(world, first, 3)
    assert [channels["post"] for channels in found.values() if "post" in channels] == left
