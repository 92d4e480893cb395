"""The Celery application; its tasks are found in the `tasks` modules of the apps."""

import os

from celery import Celery
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# A worker that loses Valkey connects again instead of ending.
TRANSPORT_ALIASES |= dict.fromkeys(("redis", "rediss"), "config.valkey:Transport")
app = Celery("acquit")
# For all threads: without it a web thread would send its tasks through an application of Celery's own making.
app.set_default()
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@app.on_after_finalize.connect
def set_timetable(sender: Celery, **kwargs: object) -> None:
    """Give beat its timetable."""
    from config.timetable import schedule

    sender.conf.beat_schedule = schedule()
