"""The figures of the house: what they count, and what reading them costs."""

from datetime import UTC, date, datetime, timedelta
from math import inf

import pytest
from prometheus_client import CollectorRegistry

from collections_app.engine.models import Run
from collections_app.letters.models import PrintBatch
from config.metrics import HouseCollector
from config.watching import figures
from config.watching.figures import Heap
from config.watching.gauges import GAUGES
from crm.events.models import Delivery, Event
from crm.events.operations import TRIES
from crm.imports.models import Batch
from crm.law.models import Rate
from telephony.messaging import operations as messaging
from telephony.messaging.models import DeliveryEvent, MailboxPosition, Message, Reply
from tests.factories.accounts import EntityFactory
from tests.factories.customers import AddressFactory
from tests.factories.messaging import a_world, planned, sent

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FRENCH = ["late_professional", "late_public_body", "legal_individual", "legal_professional"]


def a_night(entity, *, hours_ago, state="done", **values):
    at = NOW - hours_ago * HOUR
    values = {"started_at": at - timedelta(minutes=4), "finished_at": at, **values}
    return Run.objects.create(entity=entity, on=at.date(), state=state, **values)


def read_one():
    (entity,) = figures.read(NOW).entities
    return entity


def of_an_entity():
    """An address of a new entity, with something of everything."""
    address = AddressFactory()
    entity = address.customer.entity
    a_night(entity, hours_ago=5, opened={"s5": 2, "s20": 1}, blocked={"rehearsal": 4})
    Batch.objects.create(entity=entity, file_name="x.csv", created_at=NOW - HOUR, status="refused")
    PrintBatch.objects.create(entity=entity, on=date(2026, 3, 1), number=1, prepared_at=NOW - 20 * HOUR)
    return address


@pytest.mark.parametrize("count", [1, 3])
def test_reading_costs_the_same_for_more_entities(count, django_assert_num_queries):
    with a_world():
        for number in range(count):
            sent(2 * number, of_an_entity(), NOW)
            planned(2 * number + 1, AddressFactory(), NOW)
    with django_assert_num_queries(8):
        found = figures.read(NOW)
    assert len(found.entities) == 2 * count
    assert sum(entity.mail.get("accepted", 0) for entity in found.entities) == count


def test_a_night_that_failed_hides_not_the_last_good_one():
    entity = EntityFactory()
    a_night(entity, hours_ago=29, opened={"s5": 2, "s20": 1}, blocked={"rehearsal": 4})
    failed = a_night(entity, hours_ago=5, state="failed")
    night = read_one().night
    assert (night.run_id, night.state, night.done_at) == (failed.pk, "failed", NOW - 29 * HOUR)
    assert (night.opened, night.blocked, night.lasted) == (3, {"rehearsal": 4}, timedelta(minutes=4))


@pytest.mark.parametrize(
    ("after_days", "imported", "stale"),
    [(None, None, False), (3, None, True), (3, 5 * 24, True), (3, 3 * 24, False), (3, 1, False)],
)
def test_books_are_too_old_until_an_import_comes_whatever_the_night_found(after_days, imported, stale):
    entity = EntityFactory(stale_after_days=after_days)
    a_night(entity, hours_ago=5, stale=not stale)
    if imported:
        at = NOW - imported * HOUR
        Batch.objects.create(entity=entity, format="fec", status="done", file_name="f", created_at=at, finished_at=at)
    assert read_one().night.stale is stale


def test_a_night_opened_what_its_failed_runs_did_too():
    entity = EntityFactory()
    a_night(entity, hours_ago=29, opened={"s5": 8})
    a_night(entity, hours_ago=5, state="failed", opened={"s5": 2, "s20": 1})
    a_night(entity, hours_ago=4, opened={"s5": 1})
    assert read_one().night.opened == 4


@pytest.mark.parametrize(
    ("live_since", "stands_on", "ages"),
    [("2026-03-02", None, [5 * 3600]), ("2026-03-03", None, [0]), ("2026-03-01", "2026-03-01", []), (None, None, [])],
)
def test_the_first_night_is_waited_for_from_its_hour_on(live_since, stands_on, ages):
    EntityFactory(live_since=live_since, stands_on=stands_on, night_at="05:00")
    _told, _labels, measure = GAUGES["acquit_night_age_seconds"]
    assert [seconds for _entity, seconds in measure(figures.read(NOW))] == ages


def test_the_oldest_message_due_says_since_when_the_outbox_stands():
    address = AddressFactory()
    planned(1, address, NOW - 2 * HOUR)
    planned(2, address, NOW - HOUR)
    assert read_one().waiting("planned", "waiting") == Heap(2, NOW - 2 * HOUR)


def test_what_a_night_withholds_is_not_due():
    address = AddressFactory()
    planned(1, address, NOW - HOUR)
    withheld = planned(2, address, NOW - 2 * HOUR)
    Message.objects.filter(pk=withheld.pk).update(held_by=7, created_at=NOW - 3 * HOUR)
    messaging.withhold(address.customer.entity, held_by=7)
    assert read_one().outbox == {"planned": Heap(1, NOW - HOUR), "withheld": Heap(1, NOW - 3 * HOUR)}
    messaging.let_go(address.customer.entity)
    assert read_one().outbox == {"planned": Heap(2, NOW - 2 * HOUR)}


def test_a_bounce_counts_among_the_mails_of_the_last_day_only():
    address = AddressFactory()
    with a_world():
        for number, hours in enumerate((1, 2, 30)):
            sent(number, address, NOW - hours * HOUR)
    Message.objects.filter(sent_at__lt=NOW - HOUR).update(state="bounced")
    found = read_one()
    assert (found.mail, found.bounced) == ({"accepted": 2}, 1)


def test_an_import_refused_two_days_ago_is_no_news():
    entity = EntityFactory()
    for hours in (1, 49):
        Batch.objects.create(entity=entity, file_name="x.csv", created_at=NOW - hours * HOUR, status="refused")
    assert read_one().imports == {"refused": Heap(1, NOW - HOUR)}


def test_a_mail_nobody_could_read_does_not_make_the_others_look_old():
    for number, kind in enumerate(("unreadable", "unread", "answer", "set_aside")):
        at = NOW - (9 - number) * HOUR
        read_at = None if kind == "unread" else at
        Reply.objects.create(header_id=kind, kind=kind, raw=b"", received_at=at, read_at=read_at)
    found = figures.read(NOW)
    assert (found.replies, found.unreadable) == (Heap(1, NOW - 8 * HOUR), Heap(1, NOW - 9 * HOUR))


@pytest.mark.parametrize(("host", "ages"), [("imap.x", [inf]), ("imap.y", [2 * 3600]), ("", [])])
def test_the_mailbox_in_use_tells_since_when_it_was_not_read(settings, host, ages):
    settings.IMAP_HOST, settings.IMAP_USER = host, "replies"
    MailboxPosition.objects.create(mailbox="replies@imap.x/INBOX")
    MailboxPosition.objects.create(mailbox="replies@imap.y/INBOX", read_at=NOW - 2 * HOUR)
    _told, _labels, measure = GAUGES["acquit_mailbox_age_seconds"]
    assert [seconds for _none, seconds in measure(figures.read(NOW))] == ages


def test_news_given_up_does_not_make_the_rest_look_old():
    for number, given_up_at in enumerate((NOW, None)):
        at = NOW - (9 - number) * HOUR
        DeliveryEvent.objects.create(key=number, kind="sent", at=at, received_at=at, given_up_at=given_up_at)
    found = figures.read(NOW)
    assert (found.news, found.news_given_up) == (Heap(1, NOW - 8 * HOUR), Heap(1, NOW - 9 * HOUR))


def test_an_event_given_up_does_not_make_the_others_look_old():
    for hours, failures in ((30, TRIES), (1, 0)):
        event = Event.objects.create(entity_id=1, kind="x", at=NOW - hours * HOUR)
        Delivery.objects.create(event=event, consumer="one", failures=failures)
    assert figures.read(NOW).consumers == [figures.Consumer("one", 2, 1, NOW - HOUR)]


def test_figures_are_not_read_again_for_a_while(settings):
    settings.FIGURES_KEPT_S = 10
    figures._last.clear()
    first = figures.recent(NOW)
    assert figures.recent(NOW + timedelta(seconds=9)) is first
    assert figures.recent(NOW + timedelta(seconds=10)) is not first


@pytest.mark.parametrize(
    ("on", "entered", "missing"),
    [
        (date(2026, 7, 1), [], []),
        (date(2026, 12, 31), [], []),
        (date(2027, 1, 1), [], ["BJ legal_professional", *(f"FR {kind}" for kind in FRENCH)]),
        (date(2027, 6, 30), FRENCH[1:], ["BJ legal_professional", "FR late_professional"]),
    ],
)
def test_legal_rates_nobody_entered_since_their_period_began_are_told(on, entered, missing):
    """Of the laws entities are under; a French one lasts a half-year, one of UEMOA a year."""
    EntityFactory(jurisdiction="FR"), EntityFactory(jurisdiction="BJ")
    for kind in entered:
        Rate.objects.create(jurisdiction="FR", kind=kind, starts_on="2027-01-01", percent=3)
    found = figures.read(datetime.combine(on, NOW.time(), UTC)).rates_missing
    assert [" ".join(each) for each in found] == missing


def test_a_broker_that_does_not_answer_is_a_figure_and_no_crash(settings):
    settings.CELERY_BROKER_URL = "redis+socket:///nowhere/valkey.sock"
    assert figures.read(NOW).broker == figures.Broker(error="OperationalError")


def test_every_gauge_is_exported_and_labels_name_no_person():
    with a_world():
        sent(1, of_an_entity(), NOW)
    registry = CollectorRegistry()
    registry.register(HouseCollector())
    metrics = list(registry.collect())
    labels = {label for metric in metrics for sample in metric.samples for label in sample.labels}
    assert [metric.name for metric in metrics] == list(GAUGES)
    assert labels - {"entity", "state", "reason", "status", "result", "consumer", "queue", "folder"} == set()
