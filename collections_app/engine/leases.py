"""Who runs the night of an entity: one run at a time, taken over when its worker is gone."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Case, Count, F, OuterRef, QuerySet, Subquery, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from collections_app.engine.exceptions import LeaseLost, NightAlreadyRunning, NightBeingTried, NightInThePast
from collections_app.engine.failures import REPLACED, WORKERS_LOST
from collections_app.engine.models import PartState, Run, RunPart, RunStage, RunState
from crm.accounts.models import Entity, User
from crm.core.sql import set_local
from crm.core.waiting import waited_too_long

LEASE = timedelta(seconds=settings.LEASE_S)
PATIENCE_MS = 2_000
Clock = Callable[[], datetime]


def take_run(entity: Entity, *, on: date, clock: Clock, by: User | None) -> Run:
    """Start the run of `on`, or resume the one a lost worker left; raises NightInThePast, NightAlreadyRunning."""
    last = Run.objects.filter(entity=entity, state=RunState.DONE).order_by("-on").first()
    if last and on < last.on:
        raise NightInThePast(on, last.on)
    try:
        with transaction.atomic():
            now = clock()
            return Run.objects.create(entity=entity, on=on, started_at=now, started_by=by, lease_until=now + LEASE)
    except IntegrityError:
        return _take_over(entity, on=on, clock=clock, by=by)


def ask_run(entity: Entity, *, on: date, clock: Clock, by: User | None) -> None:
    """Whether the run could start now; takes nothing, and does not wait for a night that is at work.

    Raises NightInThePast, NightAlreadyRunning, NightBeingTried.
    """
    try:
        with transaction.atomic():
            set_local(lock_timeout=str(PATIENCE_MS))
            take_run(entity, on=on, clock=clock, by=by)
            transaction.set_rollback(True)
    except OperationalError as busy:
        if not waited_too_long(busy):
            raise
        # A stage has the row of its run locked. That of a dry run is seen by nobody.
        running = Run.objects.filter(entity=entity, state=RunState.RUNNING).first()
        raise (NightAlreadyRunning(running.on) if running else NightBeingTried()) from busy


@transaction.atomic
def _take_over(entity: Entity, *, on: date, clock: Clock, by: User | None) -> Run:
    # Waits for the stages that share the lease (see share_lease): what they write is committed or undone by then.
    running = Run.objects.select_for_update().filter(entity=entity, state=RunState.RUNNING).first()
    if running is None:  # it ended between the two statements
        return take_run(entity, on=on, clock=clock, by=by)
    now = clock()
    expired = Run.objects.filter(pk=running.pk, fence=running.fence, lease_until__lt=now)
    if running.on != on:
        if not end_runs(expired, RunState.FAILED, at=now, error=REPLACED):
            raise NightAlreadyRunning(running.on)
        return take_run(entity, on=on, clock=clock, by=by)
    # Counted once it is locked: until then a stage might have been committed.
    reached, lost = _standing(Run.objects.filter(pk=running.pk)).values_list("stands_at", "losing").get()
    if not expired.update(fence=F("fence") + 1, lease_until=now + LEASE, reached=reached, lost=lost):
        raise NightAlreadyRunning(running.on)
    running.refresh_from_db()
    return running


def _standing(runs: QuerySet[Run]) -> QuerySet[Any]:
    """With `stands_at`, how far each came in stages and parts nobody does again, and `losing`, the workers in a row it
    has lost there by now."""
    stages = RunStage.objects.filter(run=OuterRef("pk"))
    parts = RunPart.objects.filter(run=OuterRef("pk"), state=PartState.DONE)
    return runs.annotate(stands_at=_number(stages) + _number(parts)).annotate(
        losing=Case(When(reached=F("stands_at"), then=F("lost") + 1), default=1)
    )


def _number(rows: QuerySet[RunStage] | QuerySet[RunPart]) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values("run").annotate(number=Count("pk")).values("number")), 0)


@transaction.atomic
def give_up_lost(*, clock: Clock) -> int:
    """Call failed each run that has lost NIGHT_LOST_WORKERS workers at one place, or whatever kills them would kill one
    after the other for ever; how many. Two statements."""
    silent = _silent(at=clock())
    # Counted once they are locked: until then a stage might have been committed.
    standing = _standing(Run.objects.filter(pk__in=list(silent.values_list("pk", flat=True))))
    given_up = standing.filter(losing__gte=settings.NIGHT_LOST_WORKERS)
    return end_runs(given_up, RunState.FAILED, at=clock(), error=WORKERS_LOST)


@transaction.atomic
def lost_nights(*, at: datetime) -> dict[int, date]:
    """The date of the run of each entity that has lost its worker."""
    return dict(_silent(at=at).values_list("entity", "on"))


def _silent(*, at: datetime) -> QuerySet[Run]:
    """Whose lease is over. A worker whose stage is long has its row locked, and is alive."""
    return Run.objects.filter(state=RunState.RUNNING, lease_until__lt=at).select_for_update(skip_locked=True)


def end_runs(runs: QuerySet[Run], state: RunState, *, at: datetime, error: str = "") -> int:
    """Say that they are over, with what their parts have opened: that stays open, however the run ends. How many."""
    return runs.update(
        state=state,
        finished_at=at,
        lease_until=None,
        error=error,
        opened=_counted_by_parts("opened"),
        entered=_counted_by_parts("entered"),
    )


def _counted_by_parts(name: str) -> RawSQL:
    """A count by code of what the parts of a run found (see findings.py), added up."""
    return RawSQL(
        """(select coalesce(jsonb_object_agg(counted.code, counted.number), '{}') from (
            select found.key as code, sum(found.value::integer) as number
            from engine_runpart part cross join jsonb_each_text(part.found -> %s) found
            where part.run_id = engine_run.id group by found.key) counted)""",
        [name],
    )


def hold_lease(run: Run, *, clock: Clock, **told: Any) -> None:
    """Keep the run for this worker a while longer, with what is `told` of it, or raise LeaseLost.

    Inside the transaction of a stage the row stays locked, so nobody can take the run over while the stage writes.
    """
    kept = Run.objects.filter(pk=run.pk, fence=run.fence, state=RunState.RUNNING).update(
        lease_until=clock() + LEASE, **told
    )
    if not kept:
        raise LeaseLost


def share_lease(run: Run) -> None:
    """As `hold_lease`, for stages that run side by side: none can take the run over while any of them writes.

    KEY SHARE lets the lease be renewed meanwhile. Raises LeaseLost.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select 1 from engine_run where id = %s and fence = %s and state = 'running' for key share",
            [run.pk, run.fence],
        )
        if cursor.fetchone() is None:
            raise LeaseLost


@transaction.atomic
def fail_run(run: Run, error: Exception, *, clock: Clock) -> None:
    """Say that it failed, if it is still this worker's: after the stages of other processes that share the lease, or
    the next run would meet what they are about to write."""
    mine = Run.objects.filter(pk=run.pk, fence=run.fence, state=RunState.RUNNING)
    if mine.select_for_update().first():
        end_runs(mine, RunState.FAILED, at=clock(), error=f"{type(error).__name__}: {error}"[:2000])
