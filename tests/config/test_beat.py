"""What beat finds in its table after a start."""

import pytest
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from config.celery import app
from config.timetable import OFTEN_S, TIMETABLE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_connection(monkeypatch):
    """Beat closes a connection it finds in a transaction: that of the test."""
    monkeypatch.setattr("django_celery_beat.schedulers.close_old_connections", lambda: None)


def start():
    """Beat as it starts, before it sends anything."""
    beat = app.Beat()
    beat.init_loader()
    return beat.Service(app=app, scheduler_cls=beat.scheduler_cls).get_scheduler()


def row(name):
    return PeriodicTask.objects.get(name=name)


def test_a_message_nobody_takes_expires():
    beat = start()
    expire = {line.name: line.expires for line in TIMETABLE}
    rows = PeriodicTask.objects.filter(name__in=expire)
    assert dict(rows.values_list("name", "expire_seconds")) == expire
    assert {one.name: beat.Entry(one, app=app).options["expires"] for one in rows} == expire


def test_hours_changed_by_a_person_stay():
    start()
    at_five = CrontabSchedule.objects.create(hour="5", minute="0")
    PeriodicTask.objects.filter(name="clear expired sessions").update(crontab=at_five, expire_seconds=1)
    start()
    again = row("clear expired sessions")
    assert (again.crontab, again.expire_seconds) == (at_five, 3600)


def test_an_interval_follows_the_settings_and_a_task_switched_off_stays_so():
    start()
    daily = IntervalSchedule.objects.create(every=1, period="days")
    PeriodicTask.objects.filter(name="nights").update(interval=daily, enabled=False)
    start()
    again = row("nights")
    assert (again.interval.every, again.interval.period, again.enabled) == (OFTEN_S, "seconds", False)


def test_a_line_that_left_the_timetable_loses_its_row_and_those_people_added_stay(monkeypatch):
    start()
    PeriodicTask.objects.create(
        name="ours", task="config.tasks.clear_expired_sessions", interval=row("nights").interval
    )
    left = {name: line for name, line in app.conf.beat_schedule.items() if name != "nights"}
    monkeypatch.setitem(app.conf, "beat_schedule", left)
    start()
    names = set(PeriodicTask.objects.exclude(name="celery.backend_cleanup").values_list("name", flat=True))
    assert names == {*left, "ours"}
