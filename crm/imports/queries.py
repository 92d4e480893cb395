"""Imports as a person may see them."""

from typing import Any

from django.db.models import QuerySet

from crm.accounts.queries import entities_of
from crm.imports.models import Batch


def batches_of(user: Any) -> QuerySet[Batch]:
    """The imports of the person's entities, the latest first."""
    return Batch.objects.filter(entity__in=entities_of(user)).select_related("entity", "by").order_by("-id")
