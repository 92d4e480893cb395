"""A night tried from a page: it runs in a worker, writes nothing, and what it would do is kept to be read."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from collections_app.engine.exceptions import NightRefused
from collections_app.engine.failures import DRY_RUN_LOST, kept
from collections_app.engine.models import DryRun
from collections_app.engine.operations import run_night
from collections_app.engine.schedule import instant, next_night
from crm.accounts.models import Entity, User
from crm.core.alone import alone

NAMES = 5
FORGOTTEN_AFTER = timedelta(seconds=settings.LEASE_S)
# One that ends its workers every time is not for ever given to others.
TRIED_FOR = timedelta(days=1)
KEPT = timedelta(days=30)
PROGRESS_KEPT = 3600


@transaction.atomic
def ask_dry_run(entity: Entity, *, by: User, at: datetime) -> DryRun:
    """Have the next night of the entity tried by a worker after the commit; those of past months are forgotten."""
    from collections_app.engine.tasks import try_night  # the task calls this module

    DryRun.objects.filter(entity=entity, asked_at__lt=at - KEPT).delete()
    asked = DryRun.objects.create(entity=entity, on=next_night(entity, at=at), asked_at=at, asked_by=by)
    cache.delete(_progress(asked))
    transaction.on_commit(lambda: try_night.delay(asked.pk), robust=True)
    return asked


def try_night(dry_run_id: int, *, at: datetime) -> None:
    """Run it and undo it; keep what it would have done. A message that comes twice finds it done, or leaves it to
    who is at it."""
    with alone(f"dry run {dry_run_id}") as free:
        if free:
            _try(dry_run_id, at=at)


def _try(dry_run_id: int, *, at: datetime) -> None:
    asked = DryRun.objects.select_related("entity").get(pk=dry_run_id)
    if asked.finished_at:
        return
    try:
        asked.report = _report(asked, at=at)
    except NightRefused as refused:
        asked.error = kept(refused)
    except Exception as error:
        asked.error = f"{type(error).__name__}: {error}"[:2000]
        _finish(asked, at=at)
        raise
    _finish(asked, at=at)


def _finish(asked: DryRun, *, at: datetime) -> None:
    # Not where its worker is told to stop: what is left is taken up by another.
    asked.finished_at = at
    asked.save(update_fields=["report", "error", "finished_at"])


def _report(asked: DryRun, *, at: datetime) -> dict[str, object]:
    report = run_night(
        asked.entity,
        on=asked.on,
        at=instant(asked.entity, asked.on, at),
        dry_run=True,
        names=NAMES,
        starting=lambda stage: cache.set(_progress(asked), stage, PROGRESS_KEPT),
    )
    told = {"opened": report.actions_opened, "blocked": report.blocked, "customers": report.customers}
    return told | {"backlog": report.backlog.stored()}


def sweep(*, at: datetime) -> list[int]:
    """Ask again for what a lost message or a lost worker left, for a day, after which its page says so; those asked
    for."""
    from collections_app.engine.tasks import try_night  # the task calls this module

    waiting = DryRun.objects.filter(finished_at=None)
    waiting.filter(asked_at__lt=at - TRIED_FOR).update(finished_at=at, error=DRY_RUN_LOST)
    left = list(waiting.filter(asked_at__lt=at - FORGOTTEN_AFTER).order_by("pk").values_list("pk", flat=True))
    for dry_run_id in left:
        try_night.apply_async((dry_run_id,), expires=settings.LOOKS_EVERY_S)
    return left


def stage_of(dry_run: DryRun) -> str:
    """The stage it is at; empty before the first, or where processes share no cache."""
    return str(cache.get(_progress(dry_run), ""))


def _progress(dry_run: DryRun) -> str:
    return f"dry-run-{dry_run.pk}"
