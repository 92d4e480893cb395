"""How long ago each live entity's last night ended."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, Q

from collections_app.engine.models import RunState
from crm.accounts.models import Entity


def ages(at: datetime) -> dict[str, timedelta | None]:
    """By entity code, for entities that are live; None for one that never had a night."""
    ended = Max("runs__finished_at", filter=Q(runs__state=RunState.DONE))
    live = Entity.objects.filter(live_since__isnull=False).annotate(ended=ended).order_by("code")
    return {code: at - end if end else None for code, end in live.values_list("code", "ended")}


def is_late(age: timedelta | None) -> bool:
    """Older than NIGHT_MAX_AGE_HOURS, or never run; never when that setting is 0."""
    limit = timedelta(hours=settings.NIGHT_MAX_AGE_HOURS)
    return bool(limit) and (age is None or age > limit)
