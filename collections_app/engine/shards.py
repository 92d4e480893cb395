"""The part of a night that looks at one customer at a time, cut by customer and worked on side by side.

The cut changes nothing in the result: what compares customers (giving out work, gates, figures) comes after it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import replace
from itertools import pairwise

from django.db import connection
from django.db.models import Max, Min

from collections_app.engine.leases import LEASE, Clock, hold_lease
from collections_app.engine.night import EVERYBODY, Night
from collections_app.engine.running import Progress, run_part
from collections_app.engine.stages import Stage
from crm.customers.models import Customer

Starting = Callable[[str], None]


def run_by_customer(night: Night, stages: Sequence[Stage], *, shards: int, starting: Starting, clock: Clock) -> None:
    """Run `stages` for every customer, in `shards` parts each on a connection of its own (one: on this one), and give
    `night` what they found: what is blocked, what is owed. Raises what the first failing part raised."""
    progress = Progress(night.run, shards, clock)
    parts = [replace(night, customers=cut, blocked={}, owed=[]) for cut in _cuts(night, shards)]
    if shards == 1:
        _work(parts[0], stages, progress, starting)
    else:
        _side_by_side(parts, stages, progress, clock)
    night.blocked |= sum((Counter(part.blocked) for part in parts), Counter())
    night.owed = [row for part in parts for row in part.owed]


def _cuts(night: Night, shards: int) -> list[tuple[int, int]]:
    """Ranges of customer ids, equally wide, that leave nobody out: each part reads its own stretch of the indexes."""
    ids = Customer.objects.filter(entity=night.entity).aggregate(first=Min("id"), last=Max("id"))
    first, last = ids["first"] or 0, ids["last"] or 0
    inner = [first + (last + 1 - first) * number // shards for number in range(1, shards)]
    return list(pairwise([0, *inner, EVERYBODY]))


def _work(part: Night, stages: Sequence[Stage], progress: Progress, starting: Starting) -> None:
    for stage in stages:
        starting(stage.name)
        run_part(stage, part, progress)


def _take_room() -> None:
    """The tables of a part stay in the memory of its connection; the parts share the processors, none takes more."""
    with connection.cursor() as cursor:
        cursor.execute("set temp_buffers = '256MB'")
        cursor.execute("set max_parallel_workers_per_gather = 0")


def _side_by_side(parts: list[Night], stages: Sequence[Stage], progress: Progress, clock: Clock) -> None:
    def work(part: Night) -> None:
        try:
            _take_room()
            _work(part, stages, progress, lambda name: None)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(parts)) as pool:
        working = [pool.submit(copy_context().run, work, part) for part in parts]
        while wait(working, timeout=LEASE.total_seconds() / 10).not_done:
            hold_lease(progress.run, clock=clock)
    for one in working:
        one.result()
