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
from collections_app.engine.morning.usual import nights_before, usual
from collections_app.engine.night import Night
from crm.accounts.calendars import worked_days
from crm.accounts.models import Entity
from crm.imports.models import Batch
from crm.imports.queries import books_seen_at

Anomaly = dict[str, Any]
log = structlog.get_logger(__name__)

TIMES = 10  # so many times more actions than usual
FEW = 20  # below it nobody is flooded
IMPORTS = 6  # the last imports tell how often one is expected
LATE = 2  # times the usual wait, plus a day


def found(night: Night, findings: Findings) -> list[Anomaly]:
    """All of them; a constant number of queries beside one trial of each template in use tonight."""
    run, entity = night.run, night.entity
    return [
        *surge(run, findings.opened.total()),
        *calendar(night.on, night.params["calendar"]),
        *books(run, entity),
        *missing_import(entity, run.on, at=night.at),
        *templates(run.on, findings.samples),
    ]


def surge(run: Run, opened: int) -> list[Anomaly]:
    """Ten times more actions than the nights before."""
    expected = usual([night.opened.total() for night in nights_before(run)]) if opened >= FEW else None
    if expected is None or opened < TIMES * max(expected, 1):
        return []
    return [{"code": "surge", "opened": opened, "usual": expected}]


def books(run: Run, entity: Entity) -> list[Anomaly]:
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
    zone = ZoneInfo(entity.time_zone)
    batches = Batch.objects.filter(entity=entity, status="done", finished_at__lte=at).exclude(format="customers")
    instants = batches.order_by("-finished_at").values_list("finished_at", flat=True)[: 4 * IMPORTS]
    days = sorted({instant.astimezone(zone).date() for instant in instants if instant})[-IMPORTS:]
    if len(days) < IMPORTS:
        return []
    seen_at = books_seen_at(entity, by=at)  # the API brings books too
    last = max(days[-1], seen_at.astimezone(zone).date()) if seen_at else days[-1]
    worked = worked_days(entity, days[0], on)
    every = max(1, median(_between(worked, *pair) for pair in pairwise(days)))
    waited = _between(worked, last, on)
    if waited <= LATE * every + 1:
        return []
    return [{"code": "import_missing", "last_on": last.isoformat(), "days": waited, "usual": float(every)}]


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
