"""What a page does not wait for."""

from datetime import date

from celery import shared_task
from django.utils import timezone

from collections_app.letters.batches import NothingToPrint, prepare_batch
from crm.accounts.models import Entity, User


@shared_task
def prepare_print_batch(entity_id: int, on: str, user_id: int) -> int | None:
    """Prepare the batch of a day (ISO date); its id, or None when nothing was left to print.

    Run twice it makes no second batch: letters already in one do not wait any more.
    """
    entity, user = Entity.objects.get(pk=entity_id), User.objects.get(pk=user_id)
    try:
        return prepare_batch(entity, on=date.fromisoformat(on), by=user, at=timezone.now()).pk
    except NothingToPrint:
        return None
