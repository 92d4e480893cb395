"""Who may open these pages of the admin: supervisors and administrators write, auditors read, each in his entities."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from guardian.shortcuts import get_objects_for_user

from crm.accounts.models import Entity, Role
from crm.accounts.rules import leads


def entities_of(user: Any) -> QuerySet[Entity]:
    """The entities whose rows the user may see."""
    if user.is_superuser:
        return Entity.objects.all()
    return get_objects_for_user(user, "accounts.see_entity", Entity)


class EntityRowsAdmin(admin.ModelAdmin):
    """`entity` is the field that leads to the entity of a row."""

    entity = "entity"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.filter(**{f"{self.entity}__in": entities_of(request.user)})

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "entity":
            kwargs["queryset"] = entities_of(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        user: Any = request.user
        return user.is_active and (leads(user) or getattr(user, "role", "") == Role.AUDITOR)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return leads(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return leads(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return leads(request.user)
