from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta

import pytest

from collections_app.engine import tasks
from collections_app.engine.asked import ask_night
from collections_app.engine.exceptions import NightTooFarAhead
from collections_app.engine.models import Run, TrainingReset
from collections_app.engine.schedule import TRIES_A_DAY, due_nights, refuse_far_ahead
from collections_app.engine.tasks import start_asked_night, start_due_nights, start_night
from tests.factories.accounts import EntityFactory, UserFactory

pytestmark = pytest.mark.django_db
PARIS_5_AM = datetime(2026, 3, 2, 4, tzinfo=UTC)
TODAY = date(2026, 3, 2)


def due(at=PARIS_5_AM):
    return due_nights(at=at)


def test_a_night_is_due_from_its_hour_on_in_its_own_time_zone():
    paris = EntityFactory()
    antilles = EntityFactory(time_zone="America/Martinique")
    Run.objects.create(entity=antilles, on=TODAY - timedelta(days=1), state="done", started_at=PARIS_5_AM)
    assert due() == [(paris.pk, TODAY)]
    assert due(PARIS_5_AM + timedelta(hours=5)) == [(paris.pk, TODAY), (antilles.pk, TODAY)]
    Run.objects.create(entity=paris, on=TODAY - timedelta(days=1), state="done", started_at=PARIS_5_AM)
    assert due(PARIS_5_AM - timedelta(hours=2)) == []


def test_an_entity_that_is_not_live_has_no_night():
    EntityFactory(live_since=None)
    EntityFactory(live_since="2026-03-03")
    assert due() == []


@pytest.mark.parametrize(
    ("asked", "finished", "waits"), [(1, None, False), (1, 0, True), (31, None, True)], ids=["at it", "done", "lost"]
)
def test_an_entity_that_is_being_made_again_has_no_night_beside_it(asked, finished, waits):
    """Opened in the day, it is filled with nights of its own; one started beside them ended both in a deadlock."""
    entity = EntityFactory(training=True)
    before = [minutes if minutes is None else PARIS_5_AM - timedelta(minutes=minutes) for minutes in (asked, finished)]
    TrainingReset.objects.create(entity=entity, asked_at=before[0], finished_at=before[1])
    assert due() == ([(entity.pk, TODAY)] if waits else [])


@pytest.mark.parametrize(
    ("run", "waits"),
    [
        ({"state": "done", "on": TODAY}, False),
        ({"state": "done", "on": TODAY - timedelta(days=1)}, True),
        ({"state": "running", "on": TODAY, "lease_until": PARIS_5_AM + timedelta(minutes=5)}, False),
        ({"state": "running", "on": TODAY, "lease_until": PARIS_5_AM - timedelta(minutes=5)}, True),
        ({"state": "failed", "on": TODAY}, True),
    ],
)
def test_what_ran_already_decides(run, waits):
    entity = EntityFactory()
    Run.objects.create(entity=entity, started_at=PARIS_5_AM, **run)
    assert bool(due()) is waits


def test_a_night_that_keeps_failing_is_left_to_people():
    entity = EntityFactory()
    for _ in range(TRIES_A_DAY):
        Run.objects.create(entity=entity, on=TODAY, state="failed", started_at=PARIS_5_AM)
    assert due() == []


def test_one_due_shortly_before_midnight_is_due_until_the_hour_of_the_next():
    entity = EntityFactory(night_at="23:50")
    half_past_midnight = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert due(half_past_midnight) == [(entity.pk, TODAY - timedelta(days=1))]


def test_an_entity_goes_live_with_the_day_it_is_there():
    there = EntityFactory(time_zone="Pacific/Noumea", live_since=TODAY)
    EntityFactory(live_since=TODAY)  # here its first night is tomorrow
    half_past_four_there = datetime(2026, 3, 1, 17, 30, tzinfo=UTC)
    assert due(half_past_four_there) == [(there.pk, TODAY)]


def test_what_no_worker_takes_is_dropped_before_it_is_asked_for_again(monkeypatch, settings):
    sent = []
    monkeypatch.setattr(tasks, "due_nights", lambda *, at: [(7, TODAY)])
    monkeypatch.setattr(start_night, "apply_async", lambda *args, **options: sent.append((*args, options)))
    start_due_nights()
    assert sent == [((7, "2026-03-02"), {"expires": settings.LEASE_S // 10})]


def test_a_night_asked_for_by_the_clock_forty_times_runs_once():
    entity = EntityFactory()
    for _ in range(2):
        start_night(entity.pk, TODAY.isoformat())
    assert Run.objects.count() == 1


def test_nor_is_it_tried_more_often_than_a_day_allows():
    entity = EntityFactory()
    for _ in range(TRIES_A_DAY):
        Run.objects.create(entity=entity, on=TODAY, state="failed", started_at=PARIS_5_AM)
    start_night(entity.pk, TODAY.isoformat())
    assert Run.objects.count() == TRIES_A_DAY


def test_a_person_may_have_it_run_again():
    entity, person = EntityFactory(), UserFactory()
    for _ in range(2):
        start_asked_night(ask_night(entity, on=TODAY, by=person, at=PARIS_5_AM).pk)
    assert Run.objects.filter(state="done", started_by=person).count() == 2


def test_who_finds_another_at_work_leaves_him_alone(monkeypatch):
    entity = EntityFactory()
    Run.objects.create(entity=entity, on=TODAY, started_at=PARIS_5_AM, lease_until=datetime(2100, 1, 1, tzinfo=UTC))
    monkeypatch.setattr(tasks, "still_waits", lambda *args, at: True)  # he came between the question and the start
    start_night(entity.pk, TODAY.isoformat())
    assert Run.objects.get().state == "running"


@pytest.mark.parametrize(
    ("days", "stands_on", "refused"),
    [(1, None, False), (2, None, True), (31, TODAY, False), (32, TODAY, True)],
)
def test_a_night_is_asked_for_until_tomorrow_and_a_demonstration_goes_on_for_a_month(days, stands_on, refused):
    entity = EntityFactory(stands_on=stands_on)
    with pytest.raises(NightTooFarAhead) if refused else nullcontext():
        refuse_far_ahead(entity, TODAY + timedelta(days=days), at=PARIS_5_AM)


@pytest.mark.parametrize("count", [1, 3])
def test_three_statements_whatever_the_number(count, django_assert_num_queries):
    EntityFactory.create_batch(count)
    with django_assert_num_queries(5):  # three, one of them between a savepoint and its release
        assert len(due()) == count
