from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from crm.imports.models import Batch, Status
from crm.imports.operations import batches

AGAIN_AFTER_S = 5
FORGOTTEN_AFTER = timedelta(seconds=settings.LEASE_S)


@shared_task
def read_batch(batch_id: int) -> None:
    """The dry run of an uploaded file."""
    if not batches.read(batch_id, at=timezone.now()):
        read_batch.apply_async((batch_id,), countdown=AGAIN_AFTER_S)


@shared_task
def write_batch(batch_id: int) -> None:
    """The import of a confirmed file."""
    if not batches.write(batch_id, at=timezone.now()):
        write_batch.apply_async((batch_id,), countdown=AGAIN_AFTER_S)


@shared_task
def sweep() -> None:
    """Send again what a lost message or a dead worker left: both tasks may run twice."""
    old = Batch.objects.annotate(since=Coalesce("asked_at", "created_at"))
    old = old.filter(since__lt=timezone.now() - FORGOTTEN_AFTER)
    for batch in old.filter(Q(status=Status.RECEIVED) | Q(status=Status.READING)).only("pk"):
        read_batch.delay(batch.pk)
    for batch in old.filter(status=Status.WRITING).only("pk"):
        write_batch.delay(batch.pk)
