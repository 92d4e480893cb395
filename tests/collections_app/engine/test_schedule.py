from datetime import UTC, date, datetime, timedelta

import pytest

from collections_app.engine.models import Run
from collections_app.engine.schedule import TRIES_A_DAY, due_nights
from tests.factories.accounts import EntityFactory

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


@pytest.mark.parametrize("count", [1, 3])
def test_two_statements_whatever_the_number(count, django_assert_num_queries):
    EntityFactory.create_batch(count)
    with django_assert_num_queries(2):
        assert len(due()) == count
