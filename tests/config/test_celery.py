from concurrent.futures import ThreadPoolExecutor
from inspect import signature

from config.celery import app
from config.settings.celery import broker_options
from config.tasks import clear_expired_sessions
from config.timetable import TIMETABLE
from tools.launcher.paths import PACKAGES


def test_rabbitmq_gets_quorum_queues_that_may_delay():
    options = broker_options("amqp://broker.example")
    assert options == {
        "CELERY_TASK_DEFAULT_QUEUE_TYPE": "quorum",
        "CELERY_TASK_DEFAULT_EXCHANGE_TYPE": "topic",
        "CELERY_WORKER_DETECT_QUORUM_QUEUES": True,
        "CELERY_BROKER_TRANSPORT_OPTIONS": {"confirm_publish": True},
    }


def test_redis_waits_longer_than_any_task():
    for url in ("redis://broker.example", "redis+socket:///run/valkey.sock", "rediss://broker.example"):
        assert broker_options(url) == {"CELERY_BROKER_TRANSPORT_OPTIONS": {"visibility_timeout": 3600}}


def test_every_thread_sends_tasks_to_our_broker(settings):
    with ThreadPoolExecutor(1) as pool:
        sender = pool.submit(lambda: clear_expired_sessions.app).result()
    assert (sender.main, sender.conf.broker_url) == ("acquit", settings.CELERY_BROKER_URL)


def test_the_timetable_is_sorted_and_names_tasks_that_exist():
    app.loader.import_default_modules()
    names = [line.name for line in TIMETABLE]
    assert names == sorted(names)
    assert [line.task for line in TIMETABLE if line.task not in app.tasks] == []


def test_every_task_without_an_argument_runs_by_the_clock():
    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if name.split(".")[0] in PACKAGES}
    assert {name for name, task in ours.items() if not signature(task.run).parameters} == {
        line.task for line in TIMETABLE
    }


def test_what_waits_for_a_backup_stands_before_no_message():
    """A sweep of simulations drops what a backup may be reading."""
    taken = app.amqp.router.route({}, "collections_app.engine.tasks.sweep_simulations")
    assert taken["queue"].name == "simulations"


def test_messages_are_kept_until_their_task_is_done():
    assert (app.conf.task_acks_late, app.conf.task_reject_on_worker_lost, app.conf.worker_prefetch_multiplier) == (
        True,
        True,
        1,
    )
