"""Beat's scheduler: the timetable is copied to the database at each start, and the hours people set there stay."""

from typing import Any, Self

from celery import Celery
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

from config.timetable import SOURCE

TIMES = ("crontab", "interval", "solar", "clocked")


class Entry(ModelEntry):
    """A line of the timetable and its row."""

    @classmethod
    def from_entry(cls, name: str, app: Celery | None = None, **entry: Any) -> Self:
        """Write the row; one that exists keeps its hours. Intervals follow the settings they are derived from."""
        fields = cls._unpack_fields(**entry)
        kept = TIMES if fields["crontab"] else ()
        known = {field: value for field, value in fields.items() if field not in kept}
        row, _new = PeriodicTask.objects.update_or_create(name=name, defaults=known, create_defaults=fields)
        return cls(row, app=app)


class Scheduler(DatabaseScheduler):
    """Beat's, without the rows of lines that left the timetable: they would go on being sent."""

    Entry = Entry

    def setup_schedule(self) -> None:
        PeriodicTask.objects.filter(description=SOURCE).exclude(name__in=self.app.conf.beat_schedule).delete()
        super().setup_schedule()
