from datetime import date

from celery import shared_task
from django.utils import timezone

from collections_app.engine.operations import run_night
from crm.accounts.models import Entity, User


@shared_task
def start_night(entity: int, on: str, by: int | None = None) -> None:
    """Run the night of an entity that a person or an integration asked for."""
    author = User.objects.filter(pk=by).first() if by else None
    run_night(Entity.objects.get(pk=entity), on=date.fromisoformat(on), at=timezone.now(), by=author)
