"""What a page does not wait for."""

from celery import shared_task
from django.utils import timezone

from collections_app.letters.batches import NothingToPrint, give_up_preparations, left_behind, prepare_batch
from collections_app.letters.files import FileNotWritten
from collections_app.letters.models import Preparation
from crm.core.alone import alone


@shared_task
def prepare_print_batch(preparation_id: int, on: str = "", by_id: int | None = None) -> int | None:
    """Prepare the batch asked for; its id, or None when nothing was left to print. What went wrong is kept where the
    list of batches tells it.

    Run twice it makes no second batch, and run beside itself it leaves the work to who is at it.
    """
    if on:  # a message that waited during an upgrade: before 30 November 2026 it named entity, day and person
        given = {"entity_id": preparation_id, "on": on, "asked_by_id": by_id}
        preparation_id = Preparation.objects.create(asked_at=timezone.now(), **given).pk
    with alone(f"print batch {preparation_id}") as free:
        return _prepare(preparation_id) if free else None


def _prepare(preparation_id: int) -> int | None:
    asked = Preparation.objects.select_related("entity", "asked_by").get(pk=preparation_id)
    if asked.ended_at is not None:
        return None
    try:
        made = prepare_batch(asked.entity, on=asked.on, by=asked.asked_by, at=timezone.now()).pk
    except NothingToPrint:
        made = None
    except Exception as error:
        _end(asked, str(error.error) if isinstance(error, FileNotWritten) else f"{type(error).__name__}: {error}")
        raise
    _end(asked)
    return made


def _end(asked: Preparation, failure: str = "") -> None:
    Preparation.objects.filter(pk=asked.pk, ended_at=None).update(ended_at=timezone.now(), failure=failure)


@shared_task
def sweep() -> None:
    """Send again what a lost message or a dead worker left, for a day."""
    now = timezone.now()
    give_up_preparations(at=now)
    for asked in left_behind(at=now):
        prepare_print_batch.delay(asked.pk)
