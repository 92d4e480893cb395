"""Tokens of the API in the admin: made, shown once, revoked."""

from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import ApiToken
from crm.accounts.queries import people_of
from crm.accounts.rules import administers
from crm.accounts.tokens import issue_token, revoke_token
from crm.core.backoffice import RuleAdmin, tell_refused
from crm.core.each import each


class TokenForm(forms.ModelForm):
    class Meta:
        model = ApiToken
        fields = ["user", "name", "entity", "expires_on"]

    def clean_expires_on(self) -> date | None:
        """A token that is dead on the day it is made opens nothing."""
        day: date | None = self.cleaned_data["expires_on"]
        if day is not None and day < timezone.localdate():
            raise forms.ValidationError(_("This day has passed."))
        return day


@admin.register(ApiToken)
class ApiTokenAdmin(RuleAdmin):
    """A token is as strong as its user: administrators make and revoke them."""

    form = TokenForm
    reads = staticmethod(administers)
    writes = staticmethod(administers)
    list_display = ["name", "user", "entity", "hint", "created_at", "expires_on", "last_used_on", "revoked_at"]
    list_filter = ["entity"]
    list_select_related = ["user", "entity"]
    search_fields = ["name", "user__username"]
    ordering = ["-created_at"]
    actions = ["revoke"]
    fieldsets = [
        (
            None,
            {
                "fields": ["user", "name", "entity", "expires_on"],
                "description": _(
                    "The token is shown once, after saving: copy it then. It opens what its user may see and do; "
                    "give integrations a user of their own, of role integrator. Guide: docs/api.md."
                ),
            },
        )
    ]

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        """The list has actions; a token itself does not change, it is replaced."""
        return obj is None and super().has_change_permission(request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            kwargs["queryset"] = people_of(request.user).filter(is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: ApiToken, form: forms.ModelForm, change: bool) -> None:
        """Make the token and show its secret, this once."""
        given = form.cleaned_data
        token, secret = issue_token(
            given["user"],
            name=given["name"],
            entity=given["entity"],
            expires_on=given["expires_on"],
            at=timezone.now(),
        )
        obj.pk = token.pk
        self.message_user(
            request, _("Copy the token now, it is not shown again: %(secret)s") % {"secret": secret}, messages.WARNING
        )

    @admin.action(description=_("Revoke: the token opens nothing any more"), permissions=["change"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiToken]) -> None:
        tried = each(chosen, partial(revoke_token, at=timezone.now()))
        tell_refused(request, tried, "name", messages.ERROR)
        revoked = sum(changed for _token, changed in tried.done)
        self.message_user(request, _("Tokens revoked: %(count)s") % {"count": revoked}, messages.SUCCESS)
