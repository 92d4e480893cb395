"""Running a night."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from structlog.contextvars import bound_contextvars

from collections_app.engine.entering import Backlog, backlog_of
from collections_app.engine.leases import Clock, end_runs, fail_run, hold_lease, take_run
from collections_app.engine.models import Run, RunState
from collections_app.engine.night import HERE, Night
from collections_app.engine.running import run_stage
from collections_app.engine.scope import Scope
from collections_app.engine.shards import Starting, run_by_customer
from collections_app.engine.stages import AFTER, BEFORE, Stage
from collections_app.engine.undo_guard import refuse_beside_undoing
from crm.accounts.models import Entity, User
from crm.core.sql import rows


@dataclass(frozen=True)
class NightReport:
    """What a night did: {"name","rows","ms"} per stage, actions opened per step code, blocked per reason, what of the
    opened entered at the step its age allows.

    `customers`, of a dry run that was asked for names: {"what": "opened" or "blocked", "code", "customer_id", "name",
    "currency", "amount"}, the highest amounts of each step and reason first.
    """

    stages: list[dict[str, Any]]
    actions_opened: dict[str, int]
    blocked: dict[str, int]
    customers: list[dict[str, Any]] = field(default_factory=list)
    backlog: Backlog = field(default_factory=Backlog)


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
    starting: Starting = lambda stage: None,
    shards: int | None = None,
    full: bool = False,
    clock: Clock = timezone.now,
) -> NightReport:
    """Decide for `entity` at date `on` and open what is due; `at` is the instant written on what it does.

    Running it again, late or after a crash changes nothing that was done. A dry run does the same work and undoes
    it; it names the first `names` customers of each step and reason. `starting` hears the name of each stage as it
    begins. The customers are cut into `shards` parts worked on side by side (the setting NIGHT_SHARDS; one inside a
    transaction); the result is the same. `full`: look at everybody, not only at those something may have changed for
    (scope.py); the result is the same. Raises NightInThePast, NightAlreadyRunning, ImportBeingUndone, PartFailed.
    """
    if not dry_run:
        run = _taken_in_turn(entity, on=on, clock=clock, by=by, full=full)
        return _run(_night(run, entity, on=on, at=at), starting, shards=shards or _shards(), clock=clock)
    try:
        with transaction.atomic():
            night = _night(_taken(entity, on=on, clock=clock, by=by, full=full), entity, on=on, at=at)
            report = _run(night, starting, shards=1, clock=clock)
            raise _Undo(replace(report, customers=_named(night, names) if names else []))
    except _Undo as undone:
        return undone.report


@transaction.atomic
def _taken_in_turn(entity: Entity, **asked: Any) -> Run:
    refuse_beside_undoing(entity)
    return _taken(entity, **asked)


@transaction.atomic
def _taken(entity: Entity, *, on: date, clock: Clock, by: User | None, full: bool) -> Run:
    run = take_run(entity, on=on, clock=clock, by=by)
    if full:
        run.scope = Scope(asked=True).stored()
        run.save(update_fields=["scope"])
    return run


def _shards() -> int:
    """Other connections do not see what a transaction has not committed."""
    return 1 if connection.in_atomic_block else settings.NIGHT_SHARDS


def _named(night: Night, names: int) -> list[dict[str, Any]]:
    return rows(HERE, "name_customers", night.params | {"names": names, "reasons": list(night.run.blocked)})


def _night(run: Run, entity: Entity, *, on: date, at: datetime) -> Night:
    return Night(run=run, entity=entity, on=on, at=at, blocked=dict(run.blocked))


def _run(night: Night, starting: Starting, *, shards: int, clock: Clock) -> NightReport:
    run = night.run
    try:
        with bound_contextvars(run_id=run.pk, entity=night.entity.code):
            _run_stages(night, starting, shards=shards, clock=clock)
    except Exception as error:
        fail_run(run, error, clock=clock)
        raise
    return _finish(night, clock=clock)


def _run_stages(night: Night, starting: Starting, *, shards: int, clock: Clock) -> None:
    """A resumed run skips what was done; a part of the customers that was not finished is done again whole."""
    done = set(night.run.stages.values_list("name", flat=True))

    def run_missing(stages: Sequence[Stage]) -> None:
        for stage in stages:
            if stage.name not in done:
                starting(stage.name)
                run_stage(stage, night, clock=clock)

    run_missing(BEFORE)
    run_by_customer(night, shards=shards, starting=starting, clock=clock)
    run_missing(AFTER)


def _finish(night: Night, *, clock: Clock) -> NightReport:
    run = night.run
    with transaction.atomic():
        hold_lease(run, clock=clock)
        end_runs(Run.objects.filter(pk=run.pk), RunState.DONE, at=clock())
    stages: list[dict[str, Any]] = [
        dict(stage) for stage in run.stages.order_by("position").values("name", "rows", "ms")
    ]
    run.refresh_from_db()
    opened = dict(sorted(run.opened.items()))
    return NightReport(stages=stages, actions_opened=opened, blocked=run.blocked, backlog=backlog_of(run))
