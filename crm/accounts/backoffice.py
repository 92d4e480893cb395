"""Admin pages whose rows belong to entities: a person sees and touches those of his."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from crm.accounts.queries import entities_of
from crm.accounts.rules import changes_settings, reads_settings
from crm.core.backoffice import ReadOnlyAdmin, RuleAdmin


class EntityFilter(admin.RelatedFieldListFilter):
    """The person's own entities; without reading the rows of the list, as the filter of Django would."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        """In order of code."""
        return [(entity.pk, str(entity)) for entity in entities_of(request.user).order_by("code")]


class ScopedAdmin(RuleAdmin):
    """Rows of the entities of the person, found by `entity_lookup`.

    Whoever leads changes them, the auditor reads them; a subclass says otherwise.
    """

    entity_lookup = "entity"
    reads = staticmethod(reads_settings)
    writes = staticmethod(changes_settings)
    removes = staticmethod(changes_settings)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows of his entities."""
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(**{f"{self.entity_lookup}__in": entities_of(request.user).values("pk")})

    def get_list_display(self, request: HttpRequest) -> Any:
        """Without the entity for who works in one only: each row would repeat it."""
        columns = super().get_list_display(request)
        if "entity" not in columns or entities_of(request.user)[:2].count() > 1:
            return columns
        return [name for name in columns if name != "entity"]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """The filter by entity offers his alone."""
        return [("entity", EntityFilter) if name == "entity" else name for name in super().get_list_filter(request)]


class ReadOnlyScopedAdmin(ReadOnlyAdmin, ScopedAdmin):
    """Rows of his entities, only looked at."""
