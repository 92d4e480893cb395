from datetime import UTC, date, datetime, timedelta

import pytest

from collections_app.engine.models import Run, RunStage
from collections_app.engine.tasks import start_night
from tests.api.conftest import client_of
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
PATH = "/api/v1/entities/ACME/runs"
NIGHT = datetime(2026, 3, 2, 3, tzinfo=UTC)


def run(entity, **kwargs):
    values = {"on": date(2026, 3, 2), "state": "done", "started_at": NIGHT, "finished_at": NIGHT}
    made = Run.objects.create(entity=entity, **(values | kwargs))
    RunStage.objects.create(run=made, position=1, name="decide", rows=12, ms=34)
    return made


@pytest.fixture
def asked(monkeypatch):
    """The arguments of the tasks that would be sent."""
    sent = []
    monkeypatch.setattr(start_night, "delay", lambda *args: sent.append(args))
    return sent


def test_the_last_run_comes_first(entity, erp):
    for day in (2, 3):
        run(entity, on=date(2026, 3, day), started_at=NIGHT + timedelta(days=day))
    rows = erp.get(PATH).json()["rows"]
    assert [row["on"] for row in rows] == ["2026-03-03", "2026-03-02"]
    assert rows[0]["stages"] == [{"name": "decide", "rows": 12, "ms": 34}]


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_costs_the_same_whatever_its_length(entity, erp, count, django_assert_num_queries):
    for day in range(count):
        run(entity, on=date(2026, 3, 2) + timedelta(days=day))
    erp.get(PATH)
    with django_assert_num_queries(4):
        assert len(erp.get(PATH).json()["rows"]) == count


def test_a_run_is_started_in_the_background(entity, erp, asked, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = erp.post(PATH, {"on": "2026-03-02"})
    assert (answer.status_code, answer.json()) == (202, {"on": "2026-03-02"})
    assert [(args[0], args[1]) for args in asked] == [(entity.pk, "2026-03-02")]
    assert not Run.objects.exists()


def test_the_task_runs_the_night(entity):
    start_night(entity.pk, "2026-03-02")
    assert Run.objects.get(entity=entity).state == "done"


def test_the_past_is_refused_with_its_reason(entity, erp, asked):
    run(entity)
    answer = erp.post(PATH, {"on": "2026-03-01"})
    assert answer.status_code == 422
    assert "02/03/2026" in answer.json()["detail"]
    assert asked == []


def test_a_day_too_far_ahead_is_refused_for_no_night_could_run_before_it(entity, erp, asked):
    type(entity).objects.filter(pk=entity.pk).update(stands_on="2026-03-01")
    answer = erp.post(PATH, {"on": "2027-03-02"})
    assert (answer.status_code, asked) == (422, [])
    assert "02/03/2027" in answer.json()["detail"]


def test_a_collector_starts_nothing(entity):
    assert client_of(UserFactory(sees=entity)).post(PATH, {}).status_code == 403
