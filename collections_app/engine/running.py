"""How a stage runs: in a transaction that holds the lease, timed, told to the run.

A stage may last longer than a lease: its transaction keeps everybody else from taking the run over, and what it commits
is the lease begun anew.
"""

from time import perf_counter

import structlog
from django.conf import settings
from django.db import transaction

from collections_app.engine import parts, watched
from collections_app.engine.leases import Clock, hold_lease, share_lease
from collections_app.engine.models import Run, RunPart, RunStage
from collections_app.engine.night import FEW, Night, join_whole_sets
from collections_app.engine.stages import STAGES, Stage
from crm.core.crash import crash_point
from crm.core.references import parents_seen_since
from crm.core.sql import set_local

# A stage sorts and joins whole ledgers, one statement at a time: it may use more memory than a page. The sizes of its
# tables are what the next joins need; thirty thousand sampled rows a table would say little more than a thousand do.
ROOM = {"work_mem": "128MB", "default_statistics_target": "4"}
# The parts share the processors, and none waits for the disk: what a broken server forgets of a part is done again, for
# the row that tells of it is forgotten with it.
BESIDE_OTHERS = {"max_parallel_workers_per_gather": "0", "synchronous_commit": "off"}

log = structlog.get_logger(__name__)


def run_stage(stage: Stage, night: Night, *, clock: Clock) -> None:
    """Run a stage of the whole entity and tell it in the same transaction."""
    crash_point(f"before stage {stage.name}")
    started = perf_counter()
    with transaction.atomic():
        hold_lease(night.run, clock=clock)
        set_local(**ROOM)
        rows = stage.work(night)
        _tell(night.run, stage, rows, _ms_since(started), clock=clock)
        hold_lease(night.run, clock=clock, blocked=night.blocked)
    crash_point(f"after stage {stage.name}")


def run_part(stage: Stage, night: Night, part: RunPart, *, clock: Clock, alone: bool) -> None:
    """Run a stage for one part of the customers. It is told once every part has committed it: one may still fail.
    `alone`: nobody beside keeps the lease of the run."""
    crash_point(f"before stage {stage.name}")
    started = perf_counter()
    with transaction.atomic():
        share_lease(night.run)
        parts.hold(part, clock=clock)
        set_local(**ROOM, **BESIDE_OTHERS, **FEW)
        if night.scope.full:
            join_whole_sets(in_order=stage.in_order)
        with watched.deciding(), parents_seen_since(night.seen):
            rows = stage.work(night)
        part.stages.append({"name": stage.name, "rows": rows, "ms": _ms_since(started)})
        part.found = night.found.stored()
        parts.hold(part, clock=clock)
        if alone:
            hold_lease(night.run, clock=clock)
    tell_if_last(night.run, stage, clock=clock)
    crash_point(f"after stage {stage.name}")


def tell_if_last(run: Run, stage: Stage, *, clock: Clock) -> None:
    """With the last part the stage is told: all rows, and the time of all parts as far as they were worked on one after
    the other, never less than the longest."""
    lists = run.parts.values_list("stages", flat=True)
    told = [one for stages in lists for one in stages if one["name"] == stage.name]
    if len(told) == len(lists):
        times = [one["ms"] for one in told]
        ms = max(max(times), round(sum(times) / settings.NIGHT_SHARDS))
        _tell(run, stage, sum(one["rows"] for one in told), ms, clock=clock)


def _tell(run: Run, stage: Stage, rows: int, ms: int, *, clock: Clock) -> None:
    done = RunStage(run=run, name=stage.name, position=STAGES.index(stage), rows=rows, ms=ms, finished_at=clock())
    RunStage.objects.bulk_create(
        [done], update_conflicts=True, unique_fields=["run", "name"], update_fields=["rows", "ms", "finished_at"]
    )
    log.info("stage done", stage=stage.name, rows=rows, ms=ms)


def _ms_since(started: float) -> int:
    return round((perf_counter() - started) * 1000)
