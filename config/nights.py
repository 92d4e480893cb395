"""How long ago each live entity's last night ended."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max, Q

from collections_app.engine.models import RunState
from collections_app.engine.schedule import hour_of
from crm.accounts.models import Entity


def ages(at: datetime) -> dict[str, timedelta]:
    """By entity code, for entities whose nights run by the clock."""
    ended = Max("runs__finished_at", filter=Q(runs__state=RunState.DONE))
    live = Entity.objects.filter(live_since__isnull=False, stands_on__isnull=True).annotate(ended=ended)
    rows = live.order_by("code").values_list("code", "ended", "live_since", "night_at", "time_zone")
    return {
        code: age(end, first_due_at(since, hour, zone) if since else None, at) for code, end, since, hour, zone in rows
    }


def first_due_at(live_since: date, night_at: time, time_zone: str) -> datetime:
    """When the first night was due after the entity went live, the last time it did."""
    return hour_of(live_since, night_at, ZoneInfo(time_zone))


def age(ended_at: datetime | None, due_at: datetime | None, at: datetime) -> timedelta:
    """Since the last night ended well or, without one since then, the first was due; nothing before that."""
    since = max((instant for instant in (ended_at, due_at) if instant), default=at)
    return max(timedelta(), at - since)


def is_late(age: timedelta) -> bool:
    """Older than NIGHT_MAX_AGE_HOURS; never when that setting is 0."""
    limit = timedelta(hours=settings.NIGHT_MAX_AGE_HOURS)
    return bool(limit) and age > limit
