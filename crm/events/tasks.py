from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from crm.events import operations


@shared_task
def deliver(consumer: str) -> None:
    """Hand a consumer the events that wait for it."""
    operations.deliver_waiting(consumer, at=timezone.now())


@shared_task
def sweep() -> None:
    """Deliver the events whose wake-up was lost or that failed before."""
    operations.sweep(at=timezone.now())


@shared_task
def forget() -> None:
    """Remove events that everybody took long ago."""
    operations.forget(before=timezone.now() - timedelta(days=settings.EVENTS_KEPT_DAYS))
