from celery import shared_task
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
