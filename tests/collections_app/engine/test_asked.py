"""A night asked for whose message is lost, or comes twice: PostgreSQL knows what was asked."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from collections_app.engine import asked as asking, tasks
from collections_app.engine.asked import ask_night, run_of
from collections_app.engine.leases import take_run
from collections_app.engine.models import Run
from tests.factories.accounts import EntityFactory, UserFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 3, 11, tzinfo=UTC)
MARCH_3 = date(2026, 3, 3)
LATER = AT + asking.FORGOTTEN_AFTER + timedelta(seconds=1)


@pytest.fixture
def sent(monkeypatch):
    """What is asked of workers once more."""
    sent = []
    monkeypatch.setattr(tasks.start_asked_night, "delay", lambda *args: None)
    monkeypatch.setattr(tasks.start_asked_night, "apply_async", lambda args, **options: sent.append((args, options)))
    return sent


@pytest.fixture
def night(sent):
    return ask_night(EntityFactory(), on=MARCH_3, by=UserFactory(), at=AT)


def test_one_whose_message_was_lost_is_asked_for_again(night, sent, settings):
    assert asking.sweep(at=AT + asking.FORGOTTEN_AFTER) == []
    assert asking.sweep(at=LATER) == [night.pk]
    assert sent == [((night.pk,), {"expires": settings.LOOKS_EVERY_S})]
    tasks.start_asked_night(*sent[0][0])
    assert (run_of(night).state, run_of(night).started_by) == ("done", night.asked_by)
    assert asking.sweep(at=LATER) == []


def test_beat_looks_for_them(night, monkeypatch):
    asked = []
    monkeypatch.setattr(tasks.asked, "sweep", lambda *, at: asked.append(at))
    tasks.sweep_asked_nights()
    assert len(asked) == 1


def test_a_message_that_comes_twice_runs_once(night):
    for _ in range(2):
        tasks.start_asked_night(night.pk)
    assert Run.objects.count() == 1


def test_nor_does_the_second_say_that_one_under_way_was_refused(night):
    run = take_run(night.entity, on=MARCH_3, clock=timezone.now, by=None)
    tasks.start_asked_night(night.pk)
    night.refresh_from_db()
    assert (night.error, run_of(night)) == ("", run)


def test_nor_is_one_that_was_refused_begun_later(night):
    Run.objects.create(entity=night.entity, on=date(2026, 3, 4), state="done", started_at=AT)
    tasks.start_asked_night(night.pk)
    Run.objects.all().delete()
    tasks.start_asked_night(night.pk)
    night.refresh_from_db()
    assert (night.error, Run.objects.count(), asking.sweep(at=LATER)) == ("in the past: 2026-03-03: 2026-03-04", 0, [])


def test_one_of_a_day_that_had_its_night_is_a_night_of_its_own(sent):
    entity = EntityFactory()
    first = Run.objects.create(entity=entity, on=MARCH_3, state="done", started_at=AT)
    nights = []
    for _ in range(2):
        nights.append(ask_night(entity, on=MARCH_3, by=UserFactory(), at=AT))
        assert run_of(nights[-1]) is None
        tasks.start_asked_night(nights[-1].pk)
    assert [first, *map(run_of, nights)] == list(Run.objects.order_by("pk"))


def test_one_that_failed_is_not_taken_up_by_it(night):
    Run.objects.create(entity=night.entity, on=MARCH_3, state="failed", started_at=AT)
    assert asking.sweep(at=LATER) == []


def test_one_no_worker_takes_in_a_day_says_so(night):
    assert asking.sweep(at=AT + asking.WAITED_FOR + timedelta(seconds=1)) == []
    night.refresh_from_db()
    assert night.error == "not taken"


def test_one_that_was_forgotten_is_nothing(night):
    night.delete()
    tasks.start_asked_night(night.pk or 1)
    assert Run.objects.count() == 0


@pytest.mark.parametrize("count", [1, 3])
def test_looking_costs_the_same_whatever_waits(sent, count, django_assert_num_queries):
    for _ in range(count):
        ask_night(EntityFactory(), on=MARCH_3, by=UserFactory(), at=AT)
    with django_assert_num_queries(2):
        assert len(asking.sweep(at=LATER)) == count
