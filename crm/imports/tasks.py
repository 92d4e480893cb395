from collections.abc import Callable
from datetime import timedelta

from celery import Task, shared_task
from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from crm.imports.models import Batch, Status
from crm.imports.operations import batches, undo
from crm.imports.turns import NotYet

LATER_S = 5
FORGOTTEN_AFTER = timedelta(seconds=settings.LEASE_S)


@shared_task
def read_batch(batch_id: int) -> None:
    """The dry run of an uploaded file."""
    _now_or_later(read_batch, batches.read, batch_id)


@shared_task
def write_batch(batch_id: int) -> None:
    """The import of a confirmed file."""
    _now_or_later(write_batch, batches.write, batch_id)


@shared_task
def undo_batch(batch_id: int) -> None:
    """An import taken back."""
    _now_or_later(undo_batch, undo.undo_asked, batch_id)


def _now_or_later(task: Task, work: Callable[..., None], batch_id: int) -> None:
    """Meanwhile the process is free for something else."""
    try:
        work(batch_id, at=timezone.now())
    except NotYet:
        task.apply_async((batch_id,), countdown=LATER_S)


@shared_task
def sweep() -> None:
    """Send again what a lost message or a dead worker left: these tasks may run twice. What nobody wanted is given
    up."""
    old = Batch.objects.annotate(since=Coalesce("asked_at", "created_at"))
    old = old.filter(since__lt=timezone.now() - FORGOTTEN_AFTER)
    for batch in old.filter(Q(status=Status.RECEIVED) | Q(status=Status.READING)).only("pk"):
        read_batch.delay(batch.pk)
    for batch in old.filter(status=Status.WRITING).only("pk"):
        write_batch.delay(batch.pk)
    for batch in old.filter(status=Status.UNDOING).only("pk"):
        undo_batch.delay(batch.pk)
    batches.give_up_old(at=timezone.now())
