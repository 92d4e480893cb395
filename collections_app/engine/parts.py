"""The parts of a run: ranges of customers, each worked on by whoever holds its lease, on any machine."""

from itertools import pairwise
from math import ceil

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min, Q

from collections_app.engine.exceptions import LeaseLost
from collections_app.engine.leases import LEASE, Clock, hold_lease, share_lease
from collections_app.engine.models import PartState, Run, RunPart
from collections_app.engine.night import EVERYBODY, Night
from crm.accounts.models import Entity
from crm.customers.models import Customer


def cut(night: Night, shards: int, *, clock: Clock) -> None:
    """Cut the customers into parts for `shards` workers, unless the run was cut already: then what its former holder
    had not finished waits again (nothing of it can be committed any more, see share_lease)."""
    with transaction.atomic():
        hold_lease(night.run, clock=clock)
        again = night.run.parts.exclude(state=PartState.DONE)
        again.update(state=PartState.WAITING, lease_until=None, stages=[], error="")
        if not night.run.parts.exists():
            number = _number(night.entity, shards) if night.scope.full else shards
            cuts = enumerate(ranges(night.entity, number, halves=night.scope.full))
            RunPart.objects.bulk_create(
                RunPart(run=night.run, number=number, first_customer=first, end_customer=end, at=night.at)
                for number, (first, end) in cuts
            )


def _number(entity: Entity, shards: int) -> int:
    """Into how many parts everybody is cut: tables of a part that is too large fit neither in the memory of a session
    nor in that of the processor."""
    return max(shards, ceil(Customer.objects.filter(entity=entity).count() / settings.NIGHT_PART_CUSTOMERS))


def ranges(entity: Entity, shards: int, *, halves: bool = False) -> list[tuple[int, int]]:
    """Ranges of customer ids that leave nobody out: each part reads its own stretch of the indexes.

    Equally wide; with `halves` (where everybody is looked at) the first is half as wide and another half comes last.
    Workers who begin together would read together and write together all night, and to write beside another costs half
    more.
    """
    ids = Customer.objects.filter(entity=entity).aggregate(first=Min("id"), last=Max("id"))
    first, last = ids["first"] or 0, ids["last"] or 0
    step = (last + 1 - first) / shards
    halves = halves and shards > 1
    inner = [first + int(step * (number + 0.5 * halves)) for number in range(1 - halves, shards)]
    return list(pairwise([0, *inner, EVERYBODY]))


@transaction.atomic
def take(run: Run, *, clock: Clock) -> RunPart | None:
    """The next part nobody works on, or whose worker is gone; None when there is none. Raises LeaseLost."""
    share_lease(run)
    now = clock()
    free = Q(state=PartState.WAITING) | Q(state=PartState.RUNNING, lease_until__lt=now)
    part = run.parts.select_for_update(skip_locked=True).filter(free).order_by("number").first()
    if part:
        part.state, part.fence, part.lease_until, part.stages = PartState.RUNNING, part.fence + 1, now + LEASE, []
        part.save(update_fields=["state", "fence", "lease_until", "stages"])
    return part


def hold(part: RunPart, *, clock: Clock) -> None:
    """Keep the part, and write down the stages it has finished. Raises LeaseLost.

    Inside the transaction of a stage its row stays locked: nobody can take it while the stage writes.
    """
    _update(part, lease_until=clock() + LEASE, stages=part.stages, found=part.found)


def finish(part: RunPart) -> None:
    """It is done. Raises LeaseLost."""
    _update(part, state=PartState.DONE, lease_until=None)


def fail(part: RunPart, error: Exception) -> None:
    """It cannot be done: the run that waits for it fails, with these words."""
    mine = RunPart.objects.filter(pk=part.pk, fence=part.fence, state=PartState.RUNNING)
    mine.update(state=PartState.FAILED, error=f"{type(error).__name__}: {error}"[:2000])


def _update(part: RunPart, **fields: object) -> None:
    if not RunPart.objects.filter(pk=part.pk, fence=part.fence, state=PartState.RUNNING).update(**fields):
        raise LeaseLost
