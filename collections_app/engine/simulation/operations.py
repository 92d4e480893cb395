"""Asking for a simulation, running it, stopping it, taking up what a lost worker left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from contextvars import copy_context
from datetime import date, datetime, timedelta
from functools import partial
from threading import Event
from time import monotonic

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from collections_app.engine.failures import SIMULATION_LOST, TRIED_GONE
from collections_app.engine.simulation import schema
from collections_app.engine.simulation.assumptions import Assumptions
from collections_app.engine.simulation.exceptions import (
    Cancelled,
    EndsBeforeItStarts,
    NothingToReplay,
    OtherEntity,
    OtherSideFailed,
    Superseded,
    TooLong,
    TriedGone,
)
from collections_app.engine.simulation.living import TODAY, TRIED, Side
from collections_app.engine.simulation.meanwhile import beating
from collections_app.engine.simulation.models import Simulation, SimulationKind, SimulationState
from collections_app.engine.simulation.report import comparison, side_report
from collections_app.scenarios.models import Scenario, ScenarioVersion
from collections_app.segments.models import Group
from crm.accounts.calendars import today
from crm.accounts.models import Entity, User

LEASE = timedelta(seconds=settings.LEASE_S)
LOST_AFTER = timedelta(minutes=2)
TRIES = 2
LONGEST = 731
BEAT_EVERY_S = 0.5
Clock = Callable[[], datetime]

log = structlog.get_logger(__name__)


@transaction.atomic
def ask_simulation(
    entity: Entity,
    *,
    kind: str,
    from_on: date,
    until_on: date,
    version: ScenarioVersion | None = None,
    group: Group | None = None,
    group_scenario: Scenario | None = None,
    assumptions: Assumptions | None = None,
    by: User | None,
    at: datetime,
    start: bool = True,
) -> Simulation:
    """Keep what is asked; with `start` a worker takes it after the commit.

    Raises OtherEntity, EndsBeforeItStarts, NothingToReplay, TooLong.
    """
    _check(entity, kind, from_on, until_on, (version.scenario if version else None, group, group_scenario), at=at)
    asked = Simulation.objects.create(
        entity=entity,
        kind=kind,
        from_on=from_on,
        until_on=until_on,
        version=version,
        group=group,
        group_scenario=group_scenario,
        tried=_in_words(version, group, group_scenario),
        assumptions=(assumptions or Assumptions()).kept(),
        asked_by=by,
        asked_at=at,
    )
    if start:
        transaction.on_commit(lambda: _wake(asked.pk), robust=True)
    return asked


def _check(
    entity: Entity,
    kind: str,
    from_on: date,
    until_on: date,
    chosen: tuple[Scenario | Group | None, ...],
    *,
    at: datetime,
) -> None:
    if any(one is not None and one.entity_id != entity.pk for one in chosen):
        raise OtherEntity
    if until_on < from_on:
        raise EndsBeforeItStarts
    if kind == SimulationKind.REPLAY and until_on >= today(entity, at):
        raise NothingToReplay
    if (until_on - from_on).days >= LONGEST:
        raise TooLong(LONGEST)


def _in_words(version: ScenarioVersion | None, group: Group | None, scenario: Scenario | None) -> str:
    words = [str(version)] if version else []
    words += [f"{group} → {scenario}" if scenario else str(group)] if group else []
    return " · ".join(words)[:300]


def _wake(simulation_id: int) -> None:
    from collections_app.engine.tasks import simulate  # the task calls this module

    simulate.delay(simulation_id)


def ask_to_stop(simulation: Simulation, *, at: datetime) -> None:
    """It stops after the night it is in, or the statement that copies or reads; what still waits never starts."""
    mine = Simulation.objects.filter(pk=simulation.pk)
    waiting = mine.filter(state=SimulationState.WAITING)
    if not waiting.update(state=SimulationState.CANCELLED, cancel_asked_at=at, finished_at=at):
        mine.filter(state=SimulationState.RUNNING).update(cancel_asked_at=at)


def run_simulation(simulation_id: int, *, clock: Clock) -> bool:
    """Live through it and keep the report; False when another worker has it or it is finished.

    Each side works in a schema of its own, dropped whatever happened, once the ending is kept: a backup may be reading
    it. Today's set-up and what is tried run side by side on connections of their own (one after the other inside a
    transaction), a side alone in parts.
    """
    simulation = _take(simulation_id, clock=clock)
    if simulation is None:
        return False
    schema.drop_leftovers(at=clock())
    names = [TODAY, TRIED] if simulation.version_id or simulation.group_id else [TODAY]
    # The connections of a night are shared between the sides.
    shards = 1 if connection.in_atomic_block else max(1, settings.NIGHT_CONNECTIONS // len(names))
    sides = [Side(simulation, name, shards) for name in names]
    ending: dict[str, object] = {}
    try:
        if _in_words(simulation.version, simulation.group, simulation.group_scenario) != simulation.tried:
            raise TriedGone
        beat = partial(_beat, simulation, clock=clock)
        _live(sides, beat)
        with _beating(beat) as go_on:
            report = _report(sides, go_on)
        ending = {"state": SimulationState.DONE, "report": report}
    except Cancelled:
        ending = {"state": SimulationState.CANCELLED}
    except TriedGone:
        ending = {"state": SimulationState.FAILED, "error": TRIED_GONE}
    except Superseded:
        log.warning("simulation taken over", simulation=simulation.pk)
    except Exception as error:
        ending = {"state": SimulationState.FAILED, "error": f"{type(error).__name__}: {error}"[:2000]}
        raise
    finally:
        if ending:
            mine = Simulation.objects.filter(pk=simulation.pk, fence=simulation.fence)
            mine.update(**ending, finished_at=clock(), lease_until=None)
        for side in sides:
            schema.drop(side.schema)
    return True


def _take(simulation_id: int, *, clock: Clock) -> Simulation | None:
    """The simulation, for this worker alone; None when it runs elsewhere or is finished."""
    now = clock()
    free = Q(state=SimulationState.WAITING) | Q(state=SimulationState.RUNNING, lease_until__lt=now)
    found = Simulation.objects.select_related("entity", "version", "group", "group_scenario").get(pk=simulation_id)
    sides = 2 if found.version_id or found.group_id else 1
    taken = Simulation.objects.filter(free, pk=simulation_id).update(
        state=SimulationState.RUNNING,
        fence=F("fence") + 1,
        lease_until=now + LEASE,
        days_done=0,
        days_in_all=sides * ((found.until_on - found.from_on).days + 1),
    )
    if not taken:
        return None
    found.refresh_from_db(fields=["fence", "state", "days_in_all"])
    return found


def _live(sides: list[Side], beat: Callable[[int], None]) -> None:
    """All sides from one instant, each on its own connection; inside a transaction one after the other, on ours."""
    if connection.in_atomic_block or len(sides) == 1:
        for side in sides:
            with _beating(beat) as go_on:
                side.copy(go_on=go_on)
            beat(0)
            side.live(_every_so_often(beat))
        return
    one_failed = Event()
    with _beating(beat) as go_on, schema.this_instant() as instant:
        _at_once(sides, lambda side: side.copy(instant, go_on=go_on), one_failed)
    beat(0)
    _at_once(sides, lambda side: side.live(_every_so_often(beat, one_failed)), one_failed)


def _beating(beat: Callable[[int], None]) -> AbstractContextManager[Callable[[], None]]:
    return beating(partial(beat, 0), every_s=BEAT_EVERY_S)


def _at_once(sides: list[Side], work: Callable[[Side], None], one_failed: Event) -> None:
    """Raises what the side that failed first raised."""

    def on_a_connection_of_its_own(side: Side) -> None:
        try:
            work(side)
        except BaseException:
            one_failed.set()
            raise
        finally:
            connection.close()

    with ThreadPoolExecutor(len(sides)) as pool:
        working = [pool.submit(copy_context().run, on_a_connection_of_its_own, side) for side in sides]
    errors = [error for one in working if (error := one.exception()) and not isinstance(error, OtherSideFailed)]
    if errors:
        raise errors[0]


def _every_so_often(beat: Callable[[int], None], one_failed: Event | None = None) -> Callable[[], None]:
    """Counts nights and tells them, twice a second at most. Raises OtherSideFailed, and what `beat` raises."""
    told = {"at": monotonic(), "nights": 0.0}

    def count() -> None:
        if one_failed and one_failed.is_set():
            raise OtherSideFailed
        told["nights"] += 1
        if monotonic() - told["at"] >= BEAT_EVERY_S:
            beat(int(told["nights"]))
            told.update(at=monotonic(), nights=0)

    return count


def _beat(simulation: Simulation, nights: int, *, clock: Clock) -> None:
    """Tell the nights lived through and keep the lease. Raises Cancelled, Superseded."""
    mine = Simulation.objects.filter(pk=simulation.pk, fence=simulation.fence, state=SimulationState.RUNNING)
    if not mine.update(days_done=F("days_done") + nights, lease_until=clock() + LEASE):
        raise Superseded
    if mine.filter(cancel_asked_at__isnull=False).exists():
        raise Cancelled


def _report(sides: list[Side], go_on: Callable[[], None]) -> dict[str, object]:
    report: dict[str, object] = {side.name: side_report(side, go_on) for side in sides}
    if len(sides) == 2:
        report["differences"] = comparison(sides[0], sides[1], go_on)
    return report


def sweep(*, at: datetime) -> list[int]:
    """Wake again what no worker took or what a lost one left (once), drop the schemas nobody lives; those woken."""
    given_up = Simulation.objects.filter(state=SimulationState.RUNNING, lease_until__lt=at, fence__gte=TRIES)
    given_up.update(state=SimulationState.FAILED, finished_at=at, lease_until=None, error=SIMULATION_LOST)
    schema.drop_leftovers(at=at)
    forgotten = Q(state=SimulationState.WAITING, asked_at__lt=at - LOST_AFTER)
    left = Q(state=SimulationState.RUNNING, lease_until__lt=at)
    woken = list(Simulation.objects.filter(forgotten | left).values_list("pk", flat=True))
    for simulation_id in woken:
        _wake(simulation_id)
    return woken
