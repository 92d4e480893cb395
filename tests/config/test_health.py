from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError

from collections_app.engine.models import Run, RunState
from config import health, nights
from crm.accounts.models import Entity

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def live_entity(code: str, *, night_ended: datetime | None) -> Entity:
    entity = Entity.objects.create(code=code, legal_name=code, live_since="2026-01-01")
    if night_ended:
        Run.objects.create(
            entity=entity, on=night_ended.date(), state=RunState.DONE, started_at=night_ended, finished_at=night_ended
        )
    return entity


def test_live_says_ok_without_database(client):
    assert client.get("/healthz/live", headers={"host": "10.0.0.7"}).content == b"ok"


@pytest.mark.django_db
def test_ready_when_database_and_broker_answer(client):
    answer = client.get("/healthz/ready")
    assert (answer.status_code, answer.json()) == (
        200,
        {"database": "ok", "broker": "ok", "night": {"age_hours": None, "late": False}},
    )


@pytest.mark.django_db
def test_not_ready_without_broker_and_the_log_alone_says_where_it_is(client, settings, caplog):
    settings.CELERY_BROKER_URL = "redis+socket:///nowhere/valkey.sock"
    answer = client.get("/healthz/ready")
    assert (answer.status_code, answer.json()["broker"]) == (503, "error")
    assert ("nowhere" in answer.text, "/nowhere/valkey.sock" in caplog.text) == (False, True)


def test_not_ready_without_database_and_the_log_alone_says_why(client, monkeypatch, caplog):
    def refused() -> None:
        raise DatabaseError("connection to server at 10.0.0.9 failed for user acquit")

    monkeypatch.setattr(health.connection, "cursor", refused)
    answer = client.get("/healthz/ready")
    assert (answer.status_code, answer.json()) == (503, {"database": "error", "broker": "ok"})
    assert "10.0.0.9" in caplog.text


@pytest.mark.django_db
def test_the_oldest_night_counts():
    live_entity("ONE", night_ended=NOW - timedelta(hours=3))
    live_entity("TWO", night_ended=NOW - timedelta(hours=30))
    assert nights.ages(NOW) == {"ONE": timedelta(hours=3), "TWO": timedelta(hours=30)}
    assert health.night(NOW)["age_hours"] == 30


@pytest.mark.django_db
def test_a_night_older_than_the_limit_is_late(settings):
    settings.NIGHT_MAX_AGE_HOURS = 26
    live_entity("ONE", night_ended=NOW - timedelta(hours=27))
    assert health.night(NOW) == {"age_hours": 27.0, "late": True}


@pytest.mark.django_db
def test_a_live_entity_without_a_night_is_late(settings):
    settings.NIGHT_MAX_AGE_HOURS = 26
    live_entity("ONE", night_ended=None)
    assert health.night(NOW) == {"age_hours": 1445.0, "late": True}  # since 4:00 of its first day


@pytest.mark.django_db
@pytest.mark.parametrize(("night_at", "time_zone"), [("22:00", "Europe/Paris"), ("04:00", "America/Martinique")])
def test_a_first_night_whose_hour_has_not_come_is_not_late(settings, night_at, time_zone):
    settings.NIGHT_MAX_AGE_HOURS = 1
    entity = live_entity("ONE", night_ended=NOW - timedelta(days=30))  # before it was stopped
    Entity.objects.filter(pk=entity.pk).update(live_since=NOW.date(), night_at=night_at, time_zone=time_zone)
    assert health.night(NOW) == {"age_hours": 0.0, "late": False}
    assert health.night(NOW + timedelta(days=1))["late"]


@pytest.mark.django_db
def test_a_demonstration_of_a_past_day_waits_for_no_night():
    Entity.objects.filter(pk=live_entity("ONE", night_ended=None).pk).update(stands_on="2026-01-05")
    assert nights.ages(NOW) == {}


@pytest.mark.django_db
def test_an_entity_that_is_not_live_has_no_night():
    Entity.objects.create(code="ASLEEP", legal_name="Asleep")
    assert nights.ages(NOW) == {}
