"""What a page does not wait for."""

from celery import shared_task
from django.utils import timezone

from collections_app.letters.batches import NothingToPrint, prepare_batch
from collections_app.letters.files import FileNotWritten
from collections_app.letters.models import Preparation


@shared_task
def prepare_print_batch(preparation_id: int) -> int | None:
    """Prepare the batch asked for; its id, or None when nothing was left to print. What went wrong is kept where the
    list of batches tells it.

    Run twice it makes no second batch: letters already in one do not wait any more.
    """
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
