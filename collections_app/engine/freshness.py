"""Whether the books a night rests on are fresh."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from collections_app.engine.models import Run
from collections_app.engine.night import Night
from crm.accounts.models import Entity
from crm.imports.queries import books_seen_at


def check_freshness(night: Night) -> int:
    """Tell on the run of which day its books are; 1 when the entity calls that stale.

    The night decides all the same. What keeps automatic messages home is the gate "freshness", which is asked again
    when each would leave: they go by themselves once an import has come.
    """
    entity = night.entity
    books_on = day_of_books(entity, books_seen_at(entity, by=night.at))
    stale = are_stale(entity, books_on, on=night.on)
    Run.objects.filter(pk=night.run.pk).update(books_on=books_on, stale=stale)
    return int(stale)


def day_of_books(entity: Entity, seen_at: datetime | None) -> date | None:
    """The day of the entity on which they last came in."""
    return seen_at.astimezone(ZoneInfo(entity.time_zone)).date() if seen_at else None


def are_stale(entity: Entity, books_on: date | None, *, on: date) -> bool:
    """Whether books of that day are too old on `on` for the entity; without any they are."""
    limit = entity.stale_after_days
    return limit is not None and (books_on is None or (on - books_on).days > limit)
