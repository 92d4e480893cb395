"""The part of a night that looks at one customer at a time, cut by customer and worked on side by side.

The cut changes nothing in the result: what compares customers (giving out work, figures) comes after it. The parts are
rows with a lease: this process works on some, any Celery worker that hears of the run on others.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from threading import Event

import structlog
from django.conf import settings
from django.db import connection
from kombu.exceptions import OperationalError

from collections_app.engine import parts
from collections_app.engine.exceptions import LeaseLost, PartFailed
from collections_app.engine.findings import Findings
from collections_app.engine.leases import LEASE, Clock, hold_lease
from collections_app.engine.models import PartState, Run, RunPart, RunState
from collections_app.engine.night import Night
from collections_app.engine.running import run_part
from collections_app.engine.stages import BY_CUSTOMER

Starting = Callable[[str], None]
LOOK_EVERY_S = 0.5

log = structlog.get_logger(__name__)


def run_by_customer(night: Night, *, shards: int, starting: Starting, clock: Clock) -> None:
    """Have every customer looked at, in `shards` parts (one: on this connection), and give `night` what they found.

    Raises what the first failing part raised, PartFailed if it ran elsewhere.
    """
    parts.cut(night, shards, clock=clock)
    if shards == 1:
        work_on(night.run, clock=clock, starting=starting, alone=True)
    else:
        connections = min(shards, settings.NIGHT_CONNECTIONS)
        _call_helpers(night.run, shards - connections)
        _side_by_side(night.run, connections, clock)
        _wait_for_others(night.run, clock)
    for found in night.run.parts.order_by("number").values_list("found", flat=True):
        night.found.add(Findings.read(found))
    night.blocked |= night.found.blocked


def work_on(run: Run, *, clock: Clock, starting: Starting = lambda stage: None, alone: bool = False) -> int:
    """Work on parts of the run until none waits; how many. `alone`: see `run_part`. Raises LeaseLost, and what a part
    raised."""
    worked = 0
    while part := parts.take(run, clock=clock):
        try:
            _work(run, part, clock=clock, starting=starting, alone=alone)
        except Exception as error:
            if not connection.in_atomic_block:
                parts.fail(part, error)
            raise
        worked += 1
    return worked


def _work(run: Run, part: RunPart, *, clock: Clock, starting: Starting, alone: bool) -> None:
    customers = (part.first_customer, part.end_customer)
    found = Findings.written(part.found)
    night = Night(run=run, entity=run.entity, on=run.on, at=part.at, customers=customers, found=found)
    for stage in BY_CUSTOMER:
        starting(stage.name)
        run_part(stage, night, part, clock=clock, alone=alone)
    parts.finish(part)


def help_with(run_id: int, *, clock: Clock) -> int:
    """Work on parts of a run that another process leads; how many. Nothing to do once it is over."""
    run = Run.objects.select_related("entity").get(pk=run_id)
    if run.state != RunState.RUNNING:
        return 0
    try:
        return _side_by_side(run, settings.NIGHT_CONNECTIONS, clock)
    except LeaseLost:
        log.info("the night is over or led by another process", run=run_id)
        return 0


def _side_by_side(run: Run, connections: int, clock: Clock) -> int:
    """Work on parts in some threads of this process, each on a connection of its own; how many parts."""

    def work() -> int:
        try:
            _keep_tables_in_memory()
            return work_on(run, clock=clock)
        finally:
            connection.close()

    with ThreadPoolExecutor(connections) as pool:
        working = [pool.submit(copy_context().run, work) for _ in range(connections)]
        while wait(working, timeout=LEASE.total_seconds() / 10).not_done:
            hold_lease(run, clock=clock)
    return sum(one.result() for one in working)


def _wait_for_others(run: Run, clock: Clock) -> None:
    """Until the parts taken elsewhere are done; those whose worker is gone are worked on here."""
    patience = Event()
    while unfinished := list(run.parts.exclude(state=PartState.DONE)):
        for part in unfinished:
            if part.state == PartState.FAILED:
                raise PartFailed(part.error)
        hold_lease(run, clock=clock)
        if not work_on(run, clock=clock):
            patience.wait(LOOK_EVERY_S)


def _call_helpers(run: Run, number: int) -> None:
    """One message per part more than this process can take. Without a broker or a worker it does them all."""
    from collections_app.engine.tasks import help_with_night  # the task calls this module

    try:
        for _ in range(number):
            help_with_night.delay(run.pk)
    except OperationalError as error:
        log.warning("no broker to call for help", error=str(error))


def _keep_tables_in_memory() -> None:
    """Room for the tables of a part, before the first of them is made."""
    with connection.cursor() as cursor:
        cursor.execute("set temp_buffers = '256MB'")
