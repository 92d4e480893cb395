"""An import that did not come, where it comes every day, many times a day, or through the API."""

from datetime import date, timedelta

import pytest

from collections_app.engine.models import MorningReport, Run
from collections_app.engine.morning.anomalies import missing_import
from crm.imports.models import Batch, LastFeed
from tests.collections_app.engine.world import World, noon
from tests.factories.accounts import EntityFactory
from tests.factories.letters import TemplateVersionFactory

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 2, 27)
WAITED = pytest.mark.parametrize(("waited", "missing"), [(3, False), (4, True)])


@pytest.fixture
def entity():
    """It works from Monday to Friday."""
    return EntityFactory()


def worked_days():
    days = (FRIDAY - timedelta(days=day) for day in range(14))
    return [day for day in days if day.isoweekday() < 6]


def missing_of(entity, waited):
    on = FRIDAY + timedelta(days=waited + 2)  # the week-end does not count
    return bool(missing_import(entity, on, at=noon(on)))


def test_the_night_that_misses_it_is_held():
    world = World({"offset_days": 5, "email": True})
    TemplateVersionFactory(template=world.steps[0].template)
    for day in worked_days():
        imported(world.entity, noon(day))
    on = FRIDAY + timedelta(days=6)
    world.invoice(world.customer(), late=6, on=on)
    world.night(on)
    report = MorningReport.objects.get()
    found = [anomaly["code"] for anomaly in report.anomalies]
    assert (found, report.state, report.messages) == (["import_missing"], "held", 1)


def imported(entity, at, **read):
    values = {"format": "fec", "status": "done", "file_name": "f", "created_at": at, "finished_at": at}
    Batch.objects.create(entity=entity, **values, **read)


@WAITED
@pytest.mark.parametrize("a_day", [1, 6])
def test_an_import_that_comes_every_worked_day_is_missing_after_three(entity, waited, missing, a_day):
    for day in worked_days():
        for number in range(a_day):
            imported(entity, noon(day) + timedelta(minutes=number))
    assert missing_of(entity, waited) == missing


@WAITED
def test_what_comes_through_the_api_is_missed_too(entity, waited, missing):
    """Only its last instant is kept: the nights have noted the days."""
    for day in worked_days():
        night = day + timedelta(days=1)
        Run.objects.create(entity=entity, on=night, state="done", started_at=noon(night), books_on=day)
    LastFeed.objects.create(entity=entity, at=noon(FRIDAY))
    assert missing_of(entity, waited) == missing


def test_an_entity_that_was_never_fed_misses_nothing(entity):
    assert not missing_of(entity, 30)


def test_six_days_tell_how_often_one_comes(entity):
    for day in worked_days()[:5]:
        imported(entity, noon(day))
    assert not missing_of(entity, 30)
    imported(entity, noon(worked_days()[5]))
    assert missing_of(entity, 30)


def test_what_was_undone_since_is_no_import(entity):
    for day in worked_days():
        imported(entity, noon(day))
    undone = Batch.objects.filter(finished_at__gte=noon(FRIDAY - timedelta(days=1)))
    undone.update(status="undone", undone_at=noon(FRIDAY))
    Run.objects.create(entity=entity, on=FRIDAY, state="done", started_at=noon(FRIDAY), books_on=FRIDAY)
    assert missing_of(entity, 2)


def test_what_was_wholly_refused_is_no_import(entity):
    for day in worked_days():
        imported(entity, noon(day), rows_read=3, rows_rejected=3)
    imported(entity, noon(FRIDAY))
    assert not missing_of(entity, 30)
