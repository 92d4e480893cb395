"""Clocks that pass midnight, the two changes of the hour in Paris, and clocks that are set."""

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from collections_app.engine.leases import LEASE
from collections_app.engine.models import Run
from collections_app.engine.schedule import due_nights
from crm.law.operations import load_law
from crm.law.queries import next_contact_at
from telephony.messaging import operations as messaging
from telephony.messaging.models import Message
from telephony.messaging.operations import sending
from tests.collections_app.engine.small_house import forget_the_night, small_house, state
from tests.collections_app.engine.world import MARCH_1, noon
from tests.factories.accounts import EntityFactory
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.messaging import planned
from tests.faults.house import MONDAY, day, house, seen
from tests.faults.killing import killed_at

PARIS = ZoneInfo("Europe/Paris")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # 2:00 becomes 3:00; 3:00 becomes 2:00
TEN_MINUTES, DAY = timedelta(minutes=10), timedelta(days=1)


def local(on: date, hour: int, minute: int = 0, *, second_time: bool = False) -> datetime:
    return datetime.combine(on, time(hour, minute, fold=int(second_time)), PARIS).astimezone(UTC)


@pytest.mark.django_db
@pytest.mark.parametrize("change", [SPRING, AUTUMN])
def test_there_is_one_night_a_day_whatever_the_hour_does(change):
    hours = [time(0), time(2, 30), time(23, 50)]
    nights = {EntityFactory(night_at=hour).pk: [] for hour in hours}
    for entity in nights:
        Run.objects.create(
            entity_id=entity, on=change - 2 * DAY, state="done", started_at=local(change - 2 * DAY, 23, 50)
        )
    at, end = local(change - DAY, 0), local(change + 2 * DAY, 0)
    while at < end:
        for entity, on in due_nights(at=at):
            nights[entity].append((on, at.astimezone(PARIS).date()))
            Run.objects.create(entity_id=entity, on=on, state="done", started_at=at)
        at += TEN_MINUTES
    days = [change + number * DAY for number in (-1, 0, 1)]
    assert list(nights.values()) == [[(on, on) for on in days]] * len(hours)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("channel", "kind", "asked", "answer"),
    [
        ("email", "professional", local(SPRING - DAY, 23), local(SPRING + DAY, 7)),
        ("email", "professional", local(AUTUMN - DAY, 23), local(AUTUMN + DAY, 7)),
        ("phone", "consumer", local(SPRING, 1, 59), local(SPRING + DAY, 9)),
        ("phone", "consumer", local(AUTUMN, 2, 30, second_time=True), local(AUTUMN + DAY, 9)),
    ],
)
def test_contact_hours_are_those_of_the_wall(channel, kind, asked, answer):
    assert next_contact_at("FR", channel, kind, "Europe/Paris", asked) == answer


@pytest.mark.django_db
@pytest.mark.parametrize("change", [SPRING, AUTUMN])
def test_a_ceiling_counts_days_of_23_and_25_hours(world, change):
    entity = EntityFactory(max_emails_a_day=1)
    first, second = (
        planned(n, AddressFactory(customer=CustomerFactory(entity=entity)), local(change, 0)) for n in (1, 2)
    )
    ids = [first.pk, second.pk]
    messaging.send_batch(ids, clock=lambda: local(change, 0, 30))
    second.refresh_from_db()
    assert (second.state, second.not_before_at) == ("waiting", local(change + DAY, 0))
    messaging.send_batch(ids, clock=lambda: local(change, 23, 59))
    messaging.send_batch(ids, clock=lambda: local(change + DAY, 0))
    sent = Message.objects.filter(pk__in=ids).order_by("pk").values_list("sent_at", flat=True)
    assert list(sent) == [local(change, 0, 30), local(change + DAY, 0)]


@pytest.mark.django_db(transaction=True)
def test_a_lease_lasts_as_long_when_the_hour_comes_twice(world):
    reserved = local(AUTUMN, 2, 55)
    message = planned(at=reserved)
    assert killed_at("outbox.reserved", lambda: messaging.send_batch([message.pk], clock=lambda: reserved))
    # The wall says 2:05 again: ten minutes later, not fifty before.
    assert messaging.expire_leases(at=local(AUTUMN, 2, 5, second_time=True)) == 0
    assert messaging.expire_leases(at=local(AUTUMN, 2, 6, second_time=True)) == 1


@pytest.mark.django_db
def test_a_clock_set_back_sends_nothing_twice_and_loses_nothing(world, sink):
    at = local(MONDAY, 9)
    messages = [planned(number, at=at) for number in (1, 2)]
    assert messaging.hand_out(at=at) == [message.pk for message in messages]
    back = at - timedelta(hours=1)
    messaging.send_batch([messages[0].pk], clock=lambda: at)
    messaging.send_batch([message.pk for message in messages], clock=lambda: back)
    assert messaging.expire_leases(at=back) == 0
    messaging.send_batch([message.pk for message in messages], clock=lambda: at)
    assert [sink.taken[message.message_id] for message in messages] == [1, 1]


@pytest.mark.django_db
def test_a_clock_set_forward_while_a_mail_leaves_ends_in_the_truth(world, sink):
    message = planned(at=local(MONDAY, 9))
    late = local(MONDAY, 9) + sending.LEASE + timedelta(seconds=1)
    reservation = sending.reserve(message.pk, at=local(MONDAY, 9))
    assert messaging.expire_leases(at=late) == 1
    sending.carry(reservation, at=late)
    message.refresh_from_db()
    assert (message.state, sink.taken[message.message_id]) == ("sent", 1)


class Ticking:
    """A clock that moves on by some seconds each time it is read."""

    def __init__(self, start: datetime, seconds: float) -> None:
        self.now, self.step = start, timedelta(seconds=seconds)

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


@pytest.mark.django_db
@pytest.mark.parametrize("start", [local(MARCH_1, 23, 59), local(SPRING, 1, 59), local(AUTUMN, 2, 59)])
def test_a_night_that_passes_midnight_or_a_change_of_hour_is_as_another(start):
    world = small_house()
    world.night(clock=lambda: noon(MARCH_1))
    undisturbed = state()
    forget_the_night()
    world.night(clock=Ticking(start, 30))
    assert state() == undisturbed


@pytest.mark.django_db(transaction=True)
def test_a_night_that_dies_before_midnight_is_made_good_by_that_of_the_next_day(world):
    load_law()
    twin, before_midnight = house(), datetime.combine(MONDAY, time(23, 59), PARIS)
    day(twin, MONDAY)
    day(twin, MONDAY + DAY)
    for point in ("after stage facts", "after stage open", "after stage hand_over", "before stage check"):
        dies = house()
        night = partial(dies.night, MONDAY, shards=1, clock=lambda: before_midnight)
        assert killed_at(point, night), point
        [due] = due_nights(at=before_midnight + LEASE + timedelta(hours=6))
        assert (point, *due) == (point, dies.entity.pk, MONDAY + DAY)
        day(dies, MONDAY + DAY)
        assert (point, seen(dies.entity)) == (point, seen(twin.entity))
