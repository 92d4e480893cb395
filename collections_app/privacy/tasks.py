"""What a page does not wait for."""

from celery import shared_task
from django.utils import timezone

from collections_app.privacy import exports


@shared_task
def make_export(export_id: int) -> None:
    """Make the copy of a file somebody asked for."""
    exports.make_export(export_id, at=timezone.now())


@shared_task
def sweep() -> None:
    """Take up copies left behind, and erase those kept long enough."""
    now = timezone.now()
    exports.sweep(at=now)
    exports.forget(at=now)
