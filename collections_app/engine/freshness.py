"""Whether the books a night rests on are fresh."""

from zoneinfo import ZoneInfo

from collections_app.engine.models import Run
from collections_app.engine.night import Night
from crm.imports.queries import books_seen_at


def check_freshness(night: Night) -> int:
    """Tell on the run of which day its books are; 1 when the entity calls that stale.

    The night decides all the same. What keeps automatic messages home is the gate "freshness", which is asked again
    when each would leave: they go by themselves once an import has come.
    """
    seen_at = books_seen_at(night.entity, by=night.at)
    books_on = seen_at.astimezone(ZoneInfo(night.entity.time_zone)).date() if seen_at else None
    limit = night.entity.stale_after_days
    stale = limit is not None and (books_on is None or (night.on - books_on).days > limit)
    Run.objects.filter(pk=night.run.pk).update(books_on=books_on, stale=stale)
    return int(stale)
