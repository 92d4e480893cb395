from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from collections_app.engine.leases import LEASE, take_run
from collections_app.engine.models import AskedNight, Run, RunStage
from collections_app.engine.tasks import start_asked_night, start_night
from tests.api.conftest import client_of
from tests.factories.accounts import EntityFactory, UserFactory

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
    monkeypatch.setattr(start_asked_night, "delay", lambda *args: sent.append(args))
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
    waiting = AskedNight.objects.get(entity=entity)
    told = {"id": waiting.pk, "on": "2026-03-02", "state": "waiting", "run": None, "code": "", "detail": ""}
    assert (answer.status_code, answer.json()) == (202, told)
    assert erp.get(f"{PATH}/asked/{waiting.pk}").json() == told
    assert (asked, Run.objects.count()) == ([(waiting.pk,)], 0)


def test_what_was_asked_for_leads_to_its_run(entity, erp, asked):
    number = erp.post(PATH, {"on": "2026-03-02"}).json()["id"]
    start_asked_night(number)
    told = erp.get(f"{PATH}/asked/{number}").json()
    assert (told["state"], told["run"]) == ("started", Run.objects.get().pk)


def test_a_night_of_another_day_is_not_of_it(entity, erp, asked):
    number = erp.post(PATH, {"on": "2026-03-02"}).json()["id"]
    run(entity, on=date(2026, 3, 1))
    assert erp.get(f"{PATH}/asked/{number}").json()["state"] == "waiting"


def test_one_refused_in_the_worker_says_why(entity, erp, asked):
    lost_at = timezone.now() - timedelta(days=1)
    run(entity, on=date(2026, 3, 1), state="running", started_at=lost_at, finished_at=None, lease_until=lost_at + LEASE)
    number = erp.post(PATH, {"on": "2026-03-02"}).json()["id"]
    take_run(entity, on=date(2026, 3, 1), clock=timezone.now, by=None)
    start_asked_night(number)
    told = erp.get(f"{PATH}/asked/{number}", headers={"Accept-Language": "en"}).json()
    assert (told["state"], told["run"], told["code"]) == ("refused", None, "already_running")
    assert told["detail"].startswith("A night run of this entity is already running (for 01/03/2026).")


def test_what_was_refused_and_ran_all_the_same_says_no_reason(entity, erp, asked):
    number = erp.post(PATH, {"on": "2026-03-02"}).json()["id"]
    AskedNight.objects.filter(pk=number).update(error="not taken")
    begun = run(entity)
    told = {"id": number, "on": "2026-03-02", "state": "started", "run": begun.pk, "code": "", "detail": ""}
    assert erp.get(f"{PATH}/asked/{number}").json() == told


def test_what_was_asked_of_another_entity_is_not_told(entity, erp, asked):
    elsewhere = AskedNight.objects.create(entity=EntityFactory(), on="2026-03-02", after=0, asked_at=NIGHT)
    assert erp.get(f"{PATH}/asked/{elsewhere.pk}").status_code == 404


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
    assert ("02/03/2027" in answer.json()["detail"], "--dry-run" in answer.json()["detail"]) == (True, False)


def test_a_collector_starts_nothing(entity):
    assert client_of(UserFactory(sees=entity)).post(PATH, {}).status_code == 403
