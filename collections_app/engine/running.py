"""How a stage runs: in a transaction that holds the lease, timed, told to the run."""

from dataclasses import dataclass, field
from threading import Lock
from time import perf_counter

import structlog
from django.db import connection, transaction

from collections_app.engine.leases import Clock, hold_lease, share_lease
from collections_app.engine.models import Run, RunStage
from collections_app.engine.night import Night, join_whole_sets
from collections_app.engine.stages import STAGES, Stage
from crm.core.crash import crash_point

WORK_MEM = "128MB"

log = structlog.get_logger(__name__)


def run_stage(stage: Stage, night: Night, *, clock: Clock) -> None:
    """Run a stage of the whole entity and tell it in the same transaction."""
    crash_point(f"before stage {stage.name}")
    started = perf_counter()
    with transaction.atomic():
        hold_lease(night.run, clock=clock)
        _take_room()
        rows = stage.work(night)
        _tell(night.run, stage, rows, _ms_since(started), clock=clock)
        Run.objects.filter(pk=night.run.pk).exclude(blocked=night.blocked).update(blocked=night.blocked)
    crash_point(f"after stage {stage.name}")


def run_part(stage: Stage, night: Night, progress: "Progress") -> None:
    """Run a stage for one part of the customers. It is told once every part is committed: one may still fail."""
    crash_point(f"before stage {stage.name}")
    started = perf_counter()
    with transaction.atomic():
        share_lease(night.run)
        _take_room()
        _wait_for_no_disk()
        join_whole_sets()
        rows = stage.work(night)
    progress.finished(stage, rows, _ms_since(started))
    crash_point(f"after stage {stage.name}")


@dataclass
class Progress:
    """What the parts have finished of each stage; shared by their threads."""

    run: Run
    parts: int
    clock: Clock
    lock: Lock = field(default_factory=Lock)
    seen: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def finished(self, stage: Stage, rows: int, ms: int) -> None:
        """One more part has finished `stage`; with the last one the stage is told: all rows, the longest time."""
        with self.lock:
            seen = self.seen.setdefault(stage.name, [])
            seen.append((rows, ms))
            if len(seen) == self.parts:
                _tell(self.run, stage, sum(row for row, _ in seen), max(ms for _, ms in seen), clock=self.clock)


def _tell(run: Run, stage: Stage, rows: int, ms: int, *, clock: Clock) -> None:
    done = RunStage(run=run, name=stage.name, position=STAGES.index(stage), rows=rows, ms=ms, finished_at=clock())
    RunStage.objects.bulk_create(
        [done], update_conflicts=True, unique_fields=["run", "name"], update_fields=["rows", "ms", "finished_at"]
    )
    log.info("stage done", stage=stage.name, rows=rows, ms=ms)


def _ms_since(started: float) -> int:
    return round((perf_counter() - started) * 1000)


def _wait_for_no_disk() -> None:
    """A part that a broken server forgets is done again; the run is told only once all is on disk (`_tell`)."""
    with connection.cursor() as cursor:
        cursor.execute("set local synchronous_commit = off")


def _take_room() -> None:
    """A stage sorts and joins whole ledgers, one statement at a time: it may use more memory than a page."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('work_mem', %s, true)", [WORK_MEM])
