"""A night a person or an integration asks for: kept until a run is of it, or a word tells why none began."""

from datetime import date, datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone

from collections_app.engine.exceptions import NightRefused
from collections_app.engine.failures import NIGHT_LOST, kept
from collections_app.engine.leases import ask_run
from collections_app.engine.models import AskedNight, Run, RunState
from collections_app.engine.operations import run_night
from collections_app.engine.schedule import refuse_far_ahead
from collections_app.engine.undo_guard import refuse_beside_undoing
from crm.accounts.models import Entity, User

FORGOTTEN_AFTER = timedelta(seconds=settings.LEASE_S)
# One no worker takes in a day is not begun on a day nobody expects it.
WAITED_FOR = timedelta(days=1)
KEPT = timedelta(days=30)

log = structlog.get_logger(__name__)


def ask_night(entity: Entity, *, on: date, by: User, at: datetime) -> AskedNight:
    """Have the night of `on` begun by a worker after the commit; those asked for in past months are forgotten.

    Raises NightRefused when it could not start now.
    """
    refuse_far_ahead(entity, on, at=at)
    with transaction.atomic():
        refuse_beside_undoing(entity)
    ask_run(entity, on=on, clock=timezone.now, by=by)
    return _keep(entity, on=on, by=by, at=at)


@transaction.atomic
def _keep(entity: Entity, *, on: date, by: User, at: datetime) -> AskedNight:
    from collections_app.engine.tasks import start_asked_night  # the task calls this module

    AskedNight.objects.filter(entity=entity, asked_at__lt=at - KEPT).delete()
    # One of that day which is under way has lost its worker, and is gone on with.
    others = Run.objects.filter(entity=entity).exclude(state=RunState.RUNNING, on=on)
    after = others.aggregate(latest=Max("pk"))["latest"] or 0
    asked = AskedNight.objects.create(entity=entity, on=on, after=after, asked_at=at, asked_by=by)
    transaction.on_commit(lambda: start_asked_night.delay(asked.pk), robust=True)
    return asked


def run_of(asked: AskedNight) -> Run | None:
    """The run that is of it, if one began."""
    return Run.objects.filter(entity=asked.entity_id, on=asked.on, pk__gt=asked.after).order_by("pk").first()


def begin(asked_id: int, *, at: datetime) -> None:
    """Run it, or keep why it cannot. A message that comes twice finds it begun."""
    asked = AskedNight.objects.select_related("entity", "asked_by").filter(pk=asked_id).first()
    if asked is None or asked.error or _is_over(run_of(asked)):
        return
    try:
        run_night(asked.entity, on=asked.on, at=at, by=asked.asked_by)
    except NightRefused as refused:  # somebody was quicker, or a lost worker was and the broker gave its message back
        log.info("night_refused", entity_id=asked.entity_id, on=asked.on.isoformat(), reason=str(refused))
        _waiting().filter(pk=asked_id).update(error=kept(refused))


def _is_over(run: Run | None) -> bool:
    return run is not None and run.state != RunState.RUNNING


def _waiting() -> QuerySet[AskedNight]:
    """Of which no run is, and nothing tells why."""
    runs = Run.objects.filter(entity=OuterRef("entity"), on=OuterRef("on"), pk__gt=OuterRef("after"))
    return AskedNight.objects.filter(~Exists(runs), error="")


def sweep(*, at: datetime) -> list[int]:
    """Ask again for what a lost message left, for a day, after which who waits is told; those asked for."""
    from collections_app.engine.tasks import start_asked_night  # the task calls this module

    _waiting().filter(asked_at__lt=at - WAITED_FOR).update(error=NIGHT_LOST)
    left = _waiting().filter(asked_at__lt=at - FORGOTTEN_AFTER).order_by("pk")
    found = list(left.values_list("pk", flat=True))
    for asked_id in found:
        start_asked_night.apply_async((asked_id,), expires=settings.LOOKS_EVERY_S)
    return found
