"""What a page does not wait for."""

from celery import shared_task
from django.utils import timezone

from collections_app.privacy import exports, purges


@shared_task
def make_export(export_id: int) -> None:
    """Make the copy of a file somebody asked for."""
    exports.make_export(export_id, at=timezone.now())


@shared_task
def sweep() -> None:
    """Take up copies and purges left behind, and erase copies kept long enough."""
    now = timezone.now()
    exports.sweep(at=now)
    exports.forget(at=now)
    purges.sweep(at=now)


@shared_task
def work_on_purge(purge_id: int) -> None:
    """Count what need no longer be kept, or anonymise what was confirmed."""
    purges.work(purge_id, clock=timezone.now)


@shared_task
def purge_by_itself() -> None:
    """Anonymise what nothing keeps any longer, in the entities that chose that it goes by itself."""
    purges.purge_by_itself(clock=timezone.now)
