"""Admin pages whose rows belong to entities: a person sees and touches those of his."""

from typing import Any

from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest

from crm.accounts.models import Entity, Team, User
from crm.accounts.queries import entities_of, people_of, teams_of
from crm.accounts.rules import changes_settings, reads_settings
from crm.core.backoffice import ReadOnlyAdmin, RuleAdmin

# What a field may point to, by model.
SCOPES = {Entity: entities_of, Team: teams_of, User: people_of}


class ScopedAdmin(RuleAdmin):
    """Rows of the entities of the person, found by `entity_lookup`; his fields offer nothing beyond.

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

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        """Entities, teams and people within his reach."""
        scope = SCOPES.get(db_field.related_model)
        if scope:
            kwargs.setdefault("queryset", scope(request.user))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ReadOnlyScopedAdmin(ReadOnlyAdmin, ScopedAdmin):
    """Rows of his entities, only looked at."""
