"""A daily ceiling per channel: what is above waits for the following days, and the supervisors are told once."""

from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from crm.accounts.models import Entity
from crm.events.models import Event
from telephony.core.channels import Ambiguous, Permanent, Temporary
from telephony.messaging import operations
from telephony.messaging.models import Attempt, Message, SendingDay
from telephony.messaging.operations import ceilings
from telephony.messaging.operations.moving import try_later
from telephony.messaging.operations.sending import Reservation, carry
from tests.connections import beside
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.messaging import AT, World, a_world, planned

TOMORROW = ceilings.next_day


def full_events() -> list[str]:
    return [event.payload["channel"] for event in Event.objects.filter(kind="outbox.full")]


def messages(count: int, most: int | None) -> list[Message]:
    """As many planned messages of one entity with a ceiling of `most` e-mails a day."""
    customer = CustomerFactory(entity__max_emails_a_day=most)
    return [planned(number, AddressFactory(customer=customer)) for number in range(1, count + 1)]


@pytest.mark.django_db
def test_above_the_ceiling_a_message_waits_for_tomorrow_and_is_not_lost(world: World):
    first, second, third = messages(3, 2)
    assert [operations.send_one(one.pk, AT) for one in (first, second, third)] == ["sent", "sent", "waiting"]
    third.refresh_from_db()
    assert (third.not_before_at, third.reason) == (TOMORROW(third.entity, AT), "ceiling: email")
    assert full_events() == ["email"]
    assert operations.send_one(third.pk, third.not_before_at) == "sent"


@pytest.mark.django_db
@pytest.mark.parametrize("most", [0, 2])
def test_who_saw_a_place_another_has_taken_since_waits(world: World, monkeypatch: pytest.MonkeyPatch, most: int):
    monkeypatch.setattr(ceilings, "is_full", lambda *args, **given: False)
    states = [operations.send_one(one.pk, AT) for one in messages(3, most)]
    assert states == ["sent"] * most + ["waiting"] * (3 - most)


@pytest.mark.django_db
def test_batches_of_a_day_hold_no_more_than_its_ceiling_together():
    entity = EntityFactory(max_letters_a_day=3)
    letters = [
        planned(number, AddressFactory(customer=CustomerFactory(entity=entity), post=True)).pk for number in range(4)
    ]
    taken = [ceilings.take_places(entity, "post", pks, at=AT) for pks in (letters[:2], letters[2:])]
    assert (taken, SendingDay.objects.get().number) == ([letters[:2], letters[2:3]], 3)


@pytest.mark.django_db
def test_what_leaves_by_batch_is_not_said_to_wait_for_a_place(world: World):
    entity = EntityFactory(max_emails_a_day=0, max_letters_a_day=0)
    until = {channel: operations.full_until(entity, channel, at=AT) for channel in ("email", "post")}
    assert until == {"email": TOMORROW(entity, AT), "post": None}


@pytest.mark.django_db
def test_it_is_told_once_a_day(world: World):
    for message in messages(3, 0):
        assert operations.send_one(message.pk, AT) == "waiting"
    assert (full_events(), world.sent) == (["email"], [])


@pytest.mark.django_db
def test_what_surely_did_not_leave_gives_its_place_back(world: World):
    [message] = messages(1, 1)
    world.failure = Temporary("421", "later")
    operations.send_one(message.pk, AT)
    assert SendingDay.objects.get().number == 0


@pytest.mark.django_db
def test_no_other_channel_and_no_other_day_gets_it_back(world: World):
    [message] = messages(1, 1)
    others = {("post", AT.date()): 3, ("email", AT.date() - timedelta(days=1)): 1}
    for (channel, on), number in others.items():
        SendingDay.objects.create(entity=message.entity, channel=channel, on=on, number=number)
    world.failure = Temporary("421", "later")
    operations.send_one(message.pk, AT)
    days = {(day.channel, day.on): day.number for day in SendingDay.objects.all()}
    assert days == others | {("email", AT.date()): 0}


@pytest.mark.django_db
@pytest.mark.parametrize(("failure", "places"), [(Permanent("550", "nobody here"), 0), (Ambiguous("timeout", "?"), 1)])
def test_what_was_refused_for_good_gives_it_back_and_what_may_have_left_keeps_it(world: World, failure, places: int):
    [message] = messages(1, 1)
    world.failure = failure
    operations.send_one(message.pk, AT)
    assert SendingDay.objects.get().number == places


@pytest.mark.django_db
@pytest.mark.parametrize(("sent", "places"), [(False, 0), (True, 1)])
def test_what_a_person_says_did_not_leave_gives_its_place_back(world: World, sent: bool, places: int):
    [message] = messages(1, 1)
    world.failure = Ambiguous("timeout", "?")
    operations.send_one(message.pk, AT)
    operations.reconcile(message, sent=sent, by=UserFactory(), at=AT + timedelta(days=1))
    assert SendingDay.objects.get().number == places


@pytest.mark.django_db
def test_a_place_that_was_never_taken_is_not_given_back(world: World):
    """The ceiling was set while it was leaving, and others left since."""
    [message] = messages(1, None)

    def set_a_ceiling(_mail: object) -> None:
        Entity.objects.update(max_emails_a_day=5)
        SendingDay.objects.create(entity=message.entity, channel="email", on=AT.date(), number=3)

    world.while_sending, world.failure = set_a_ceiling, Temporary("421", "later")
    assert operations.send_one(message.pk, AT) == "waiting"
    assert SendingDay.objects.get().number == 3


@pytest.mark.django_db
def test_a_ceiling_stops_the_next_message_of_a_batch_under_way(world: World):
    """Whatever is remembered of the entity meanwhile."""
    found = messages(2, None)

    def clock() -> datetime:
        Entity.objects.filter(pk__in=[found[0].entity_id] if world.sent else []).update(max_emails_a_day=0)
        return AT

    operations.send_batch([one.pk for one in found], clock=clock)
    assert [one.state for one in _again()] == ["sent", "waiting"]


@pytest.mark.django_db
def test_without_a_ceiling_nothing_is_counted(world: World):
    [message] = messages(1, None)
    assert operations.send_one(message.pk, AT) == "sent"
    assert not SendingDay.objects.exists()


@pytest.mark.django_db
def test_the_night_spreads_what_is_above_over_the_days_the_heaviest_first(world: World):
    found = messages(5, 2)
    weights = "select n as origin_id, n as weight from generate_series(1, 5) n"
    above = operations.put_off_above(found[0].entity, weights_sql=weights, origin="test", at=AT)
    days = {message.origin_id: (message.not_before_at.astimezone().date() - AT.date()).days for message in _again()}
    assert (above, days) == ({"email": 3}, {5: 0, 4: 0, 3: 1, 2: 1, 1: 2})


@pytest.mark.django_db
def test_what_left_already_takes_its_place(world: World):
    found = messages(3, 2)
    operations.send_one(found[0].pk, AT)
    weights = "select 0 as origin_id, 0 as weight"
    assert operations.put_off_above(found[0].entity, weights_sql=weights, origin="test", at=AT) == {"email": 1}


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_the_night_asks_as_much_for_many(world: World, count: int, django_assert_num_queries):
    entity = messages(count, 100)[0].entity
    with django_assert_num_queries(1):
        operations.put_off_above(entity, weights_sql="select 1 as origin_id, 1 as weight", origin="test", at=AT)


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_pass_it_together():
    found = messages(6, 3)
    start = Barrier(2)

    def work(keys: list[int]) -> None:
        start.wait()
        for key in keys:
            operations.send_one(key, AT)
        connection.close()

    with a_world() as network:
        threads = [Thread(target=work, args=([one.pk for one in found[place::2]],)) for place in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (len(network.sent), SendingDay.objects.get().number) == (3, 3)


@pytest.mark.django_db(transaction=True)
def test_what_a_worker_takes_while_the_night_weighs_is_not_put_off():
    """It left: waiting again, it would leave twice."""
    light, _heavy = messages(2, 1)
    with a_world() as network, beside(lambda: put_off_slowly(light.entity)) as night:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(1)")
        night.start()
        assert operations.send_one(light.pk, AT, durable=False) == "sent"
    assert (night.result(), len(network.sent)) == ({}, 1)
    light.refresh_from_db()
    assert (light.state, light.reason) == ("sent", "")


@pytest.mark.django_db(transaction=True)
def test_what_a_worker_puts_off_further_meanwhile_keeps_its_day():
    light, _heavy = messages(2, 1)
    later = TOMORROW(light.entity, AT) + timedelta(days=3)
    with beside(lambda: put_off_slowly(light.entity)) as night:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(1)")
        night.start()
        try_later(light.pk, later, "contact: hours", at=AT)
    assert night.result() == {}
    light.refresh_from_db()
    assert (light.not_before_at, light.reason) == (later, "contact: hours")


def put_off_slowly(entity: Entity) -> dict[str, int]:
    """Spread, weighing until whoever holds the lock lets it go."""
    weights = (
        "with held as materialized (select pg_advisory_xact_lock_shared(1))"
        " select n as origin_id, n as weight from held, generate_series(1, 2) n"
    )
    return operations.put_off_above(entity, weights_sql=weights, origin="test", at=AT)


@pytest.mark.django_db
def test_nothing_ever_leaves_from_a_training_entity(world: World):
    [message] = messages(1, None)
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("alter table accounts_entity disable trigger accounts_entity_training")
        Entity.objects.update(training=True)
        cursor.execute("alter table accounts_entity enable trigger accounts_entity_training")
    operations.send_one(message.pk, AT)
    assert (world.sent, Message.objects.get().attempts.count()) == ([], 0)


@pytest.mark.django_db
def test_nor_does_what_was_reserved_there_all_the_same(world: World):
    message = planned(1, AddressFactory(customer__entity__training=True))
    reservation = Reservation(message, Attempt(message=message, started_at=AT), world.prepared)
    with pytest.raises(RuntimeError, match="training"):
        carry(reservation, at=AT)
    assert world.sent == []


def _again() -> list[Message]:
    return list(Message.objects.order_by("pk"))
