from celery import shared_task
from django.utils import timezone

from collections_app.actions import deeds, tallies


@shared_task
def forget_deeds() -> None:
    """Keep what people did only for as long as they may take it back."""
    deeds.forget(at=timezone.now())


@shared_task
def squash_tallies() -> None:
    """Keep the rows few that the counters of the to-do list add up."""
    tallies.squash()
