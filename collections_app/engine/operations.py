"""Running a night."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from time import perf_counter
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils import timezone
from structlog.contextvars import bound_contextvars

from collections_app.engine.leases import Clock, hold_lease, take_run
from collections_app.engine.models import Run, RunStage, RunState
from collections_app.engine.night import HERE, Night
from collections_app.engine.stages import OPENED, STAGES, Stage
from crm.accounts.models import Entity, User
from crm.core.crash import crash_point
from crm.core.sql import rows

WORK_MEM = "128MB"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class NightReport:
    """What a night did: {"name","rows","ms"} per stage, actions opened per step code, blocked per reason.

    `customers`, of a dry run that was asked for names: {"what": "opened" or "blocked", "code", "customer_id", "name",
    "currency", "amount"}, the highest amounts of each step and reason first.
    """

    stages: list[dict[str, Any]]
    actions_opened: dict[str, int]
    blocked: dict[str, int]
    customers: list[dict[str, Any]] = field(default_factory=list)


class _Undo(Exception):
    """Carries the report of a dry run out of the transaction it undoes."""

    def __init__(self, report: NightReport) -> None:
        self.report = report


def run_night(
    entity: Entity,
    *,
    on: date,
    at: datetime,
    by: User | None = None,
    dry_run: bool = False,
    names: int = 0,
    starting: Callable[[str], None] = lambda stage: None,
    clock: Clock = timezone.now,
) -> NightReport:
    """Decide for `entity` at date `on` and open what is due; `at` is the instant written on what it does.

    Running it again, late or after a crash changes nothing that was done. A dry run does the same work and undoes
    it; it names the first `names` customers of each step and reason. `starting` hears the name of each stage as it
    begins. Raises NightInThePast, NightAlreadyRunning.
    """
    if not dry_run:
        run = take_run(entity, on=on, clock=clock, by=by)
        return _run(_night(run, entity, on=on, at=at), starting, clock=clock)
    try:
        with transaction.atomic():
            night = _night(take_run(entity, on=on, clock=clock, by=by), entity, on=on, at=at)
            report = _run(night, starting, clock=clock)
            raise _Undo(replace(report, customers=_named(night, names) if names else []))
    except _Undo as undone:
        return undone.report


def _named(night: Night, names: int) -> list[dict[str, Any]]:
    return rows(HERE, "name_customers", night.params | {"names": names, "reasons": list(night.run.blocked)})


def _night(run: Run, entity: Entity, *, on: date, at: datetime) -> Night:
    return Night(run=run, entity=entity, on=on, at=at, blocked=dict(run.blocked))


def _run(night: Night, starting: Callable[[str], None], *, clock: Clock) -> NightReport:
    run = night.run
    done = set(run.stages.values_list("name", flat=True))
    try:
        with bound_contextvars(run_id=run.pk, entity=night.entity.code):
            for position, stage in enumerate(STAGES):
                if stage.rereads or stage.name not in done:
                    starting(stage.name)
                    _run_stage(stage, position, night, clock=clock)
    except Exception as error:
        Run.objects.filter(pk=run.pk, fence=run.fence, state=RunState.RUNNING).update(
            state=RunState.FAILED, finished_at=clock(), error=f"{type(error).__name__}: {error}"[:2000]
        )
        raise
    return _finish(night, clock=clock)


def _run_stage(stage: Stage, position: int, night: Night, *, clock: Clock) -> None:
    crash_point(f"before stage {stage.name}")
    started = perf_counter()
    with transaction.atomic():
        hold_lease(night.run, clock=clock)
        _take_room()
        rows = stage.work(night)
        ms = round((perf_counter() - started) * 1000)
        done = RunStage(run=night.run, name=stage.name, position=position, rows=rows, ms=ms, finished_at=clock())
        RunStage.objects.bulk_create(
            [done], update_conflicts=True, unique_fields=["run", "name"], update_fields=["rows", "ms", "finished_at"]
        )
        Run.objects.filter(pk=night.run.pk).exclude(blocked=night.blocked).update(blocked=night.blocked)
    log.info("stage done", stage=stage.name, rows=rows, ms=ms)
    crash_point(f"after stage {stage.name}")


def _take_room() -> None:
    """A stage sorts and joins whole ledgers, one statement at a time: it may use more memory than a page."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('work_mem', %s, true)", [WORK_MEM])


def _finish(night: Night, *, clock: Clock) -> NightReport:
    with transaction.atomic():
        hold_lease(night.run, clock=clock)
        opened = night.count(OPENED)
        Run.objects.filter(pk=night.run.pk).update(
            state=RunState.DONE, finished_at=clock(), lease_until=None, opened=opened
        )
    stages: list[dict[str, Any]] = [
        dict(stage) for stage in night.run.stages.order_by("position").values("name", "rows", "ms")
    ]
    night.run.refresh_from_db()
    return NightReport(stages=stages, actions_opened=opened, blocked=night.run.blocked)
