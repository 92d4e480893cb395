"""Imports as a person may see them, and how fresh the books they brought are."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from crm.accounts.models import Entity
from crm.accounts.queries import entities_of
from crm.imports.models import Batch


def batches_of(user: Any) -> QuerySet[Batch]:
    """The imports of the person's entities, the latest first."""
    return Batch.objects.filter(entity__in=entities_of(user)).select_related("entity", "by").order_by("-id")


def books_seen_at(entity: Entity, *, by: datetime) -> datetime | None:
    """When what is owed or paid last came in by then, from a file or through the API; None: never."""
    with connection.cursor() as cursor:
        cursor.execute("select books_seen_at(%s, %s)", [entity.pk, by])
        (seen_at,) = cursor.fetchone()
    found: datetime | None = seen_at
    return found
