"""What makes a night unusual enough to ask a supervisor before anything of it leaves."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction

from collections_app.actions.models import Action
from collections_app.actions.preparing import compose_action
from collections_app.engine.findings import Findings
from collections_app.engine.models import Run
from collections_app.engine.morning.surges import surge
from collections_app.engine.night import HERE, Night
from crm.accounts.calendars import worked_days
from crm.accounts.models import Entity
from crm.core.sql import rows
from crm.imports.queries import books_seen_at

Anomaly = dict[str, Any]
log = structlog.get_logger(__name__)

IMPORTS = 6  # the last days with an import tell how often one is expected
LATE = 2  # times the usual wait, plus a day


def found(night: Night, findings: Findings) -> list[Anomaly]:
    """All of them; a constant number of queries beside one trial of each template in use tonight."""
    run, entity = night.run, night.entity
    return [
        *surge(run, opened=findings.opened.total(), queued=findings.queued),
        *calendar(night.on, night.params["calendar"]),
        *books(run),
        *missing_import(entity, run.on, at=night.at),
        *templates(run.on, findings.samples),
    ]


def books(run: Run) -> list[Anomaly]:
    """The stage "freshness" found the books too old."""
    run.refresh_from_db(fields=["stale", "books_on"])
    if not run.stale:
        return []
    return [{"code": "stale", "books_on": run.books_on.isoformat() if run.books_on else None}]


def calendar(on: date, known: bool) -> list[Anomaly]:
    """No day is worked any more: nothing opened, and nothing will."""
    return [] if known else [{"code": "calendar", "after_on": on.isoformat()}]


def missing_import(entity: Entity, on: date, *, at: datetime) -> list[Anomaly]:
    """None has come for more than twice the usual number of worked days, plus one."""
    seen_at = books_seen_at(entity, by=at)
    if seen_at is None:
        return []
    last = seen_at.astimezone(ZoneInfo(entity.time_zone)).date()
    days = _feed_days(entity, last)
    if len(days) < IMPORTS:
        return []
    worked = worked_days(entity, days[0], on)
    every = max(1, median(_between(worked, *pair) for pair in pairwise(days)))
    waited = _between(worked, last, on)
    if waited <= LATE * every + 1:
        return []
    return [{"code": "import_missing", "last_on": last.isoformat(), "days": waited, "usual": float(every)}]


def _feed_days(entity: Entity, last: date) -> list[date]:
    """The last days on which books came up to `last`, the earliest first, however often each day."""
    params = {"entity": entity.pk, "time_zone": entity.time_zone, "last": last, "days": IMPORTS}
    return sorted(row["day"] for row in rows(HERE, "feed_days", params))


def _between(worked: list[date], first: date, last: date) -> int:
    return sum(first < day <= last for day in worked)


def templates(on: date, samples: Mapping[str, Sequence[int]]) -> list[Anomaly]:
    """Templates with which none of some actions of tonight (their keys, by template) can be written."""
    return [anomaly for keys in samples.values() if (anomaly := _failing(keys, on))]


def _failing(keys: Sequence[int], on: date) -> Anomaly | None:
    related = ("entity", "customer__entity", "customer__collector", "template", "address", "owner")
    error, template = "", None
    for action in Action.objects.filter(pk__in=keys).select_related(*related):
        template = action.template
        try:
            with transaction.atomic():
                compose_action(action, on=on)
        except Exception as refusal:  # any failure would keep the message home; the supervisor reads which
            log.warning("template_fails", action_id=action.pk, error=str(refusal))
            error = f"{type(refusal).__name__}: {refusal}"[:300]
        else:
            return None
    return {"code": "template", "template": template.pk, "name": template.name, "error": error} if template else None
