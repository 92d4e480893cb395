"""Pages of libraries in the settings, in words of the house: they bring no French, or name a field by its column."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialApp
from auditlog.admin import LogEntryAdmin
from auditlog.models import LogEntry
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _, ngettext
from django_celery_beat.models import PeriodicTask

from config.company_login.pages import CompanyLogins
from crm.core.formats import moment

NAME_OF_JOURNAL = _("journal of changes")
FIELDS: dict[type[Model], dict[str, Any]] = {
    Authenticator: {
        "user": _("user"),
        "type": _("kind"),
        "data": _("data"),
        "created_at": _("created at"),
        "last_used_at": _("last used on"),
    },
    SocialApp: {
        "provider_id": _("identifier"),
        "client_id": _("client identifier"),
        "secret": _("client secret"),
        "settings": _("settings"),
    },
    PeriodicTask: {"task": _("task")},
}
MODELS: dict[type[Model], tuple[Any, Any]] = {
    Authenticator: (_("second factor"), _("second factors")),
    SocialApp: (_("company login"), _("company logins")),
}
MOST_NAMES = 6


def name_libraries() -> None:
    """Say fields and models of libraries in the reader's language; what migrations compare stays as it was."""
    for model, fields in FIELDS.items():
        for name, words in fields.items():
            model._meta.get_field(name).verbose_name = words  # type: ignore[union-attr]
    for model, (one, many) in MODELS.items():
        model._meta.verbose_name, model._meta.verbose_name_plural = one, many


class Journal(LogEntryAdmin):
    """Who changed which setting, from what to what."""

    list_display = ["created", "user_url", "action", "resource_url", "msg_short"]
    list_filter = ["action"]
    fieldsets = [(None, {"fields": ["created", "user_url", "resource_url", "action", "msg"]})]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {"title": capfirst(NAME_OF_JOURNAL)})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        return super().change_view(request, object_id, form_url, {"title": _("A change")})

    @admin.display(description=_("date"), ordering="timestamp")
    def created(self, obj: LogEntry) -> str:
        return moment(obj.timestamp)

    @admin.display(description=_("author"))
    def user_url(self, obj: LogEntry) -> Any:
        """Who did it; what no person did, Acquit did."""
        return super().user_url(obj) if obj.actor else "Acquit"

    @admin.display(description=_("what was changed"))
    def resource_url(self, obj: LogEntry) -> str:
        """What kind of row it is, and its name then; a link where it has a page."""
        model = obj.content_type.model_class()
        text = f"{model._meta.verbose_name if model else obj.content_type.model} · {obj.object_repr}"
        page = f"admin:{obj.content_type.app_label}_{obj.content_type.model}_change"
        try:
            return format_html('<a href="{}">{}</a>', reverse(page, args=[obj.object_pk]), text)
        except NoReverseMatch:
            return text

    @admin.display(description=_("fields"))
    def msg_short(self, obj: LogEntry) -> str:
        """The first fields that changed, by their names in the settings."""
        if obj.action in (LogEntry.Action.DELETE, LogEntry.Action.ACCESS):
            return ""
        names = [field_name(obj, name) for name in obj.changes_dict if name != "id"]
        more = len(names) - MOST_NAMES
        rest = ngettext(" and %(count)d more", " and %(count)d more", more) % {"count": more} if more > 0 else ""
        return ", ".join(names[:MOST_NAMES]) + rest

    @admin.display(description=_("changes"))
    def msg(self, obj: LogEntry) -> str:
        """Each field, what it was and what it became, as people read them."""
        changes = [(capfirst(str(name)), *map(_said, pair)) for name, pair in obj.changes_display_dict.items()]
        rows = format_html_join("", "<tr><th>{}</th><td>{}</td><td>{}</td></tr>", changes)
        head = format_html("<tr><th>{}</th><th>{}</th><th>{}</th></tr>", _("Field"), _("Before"), _("After"))
        return format_html("<table>{}{}</table>", head, rows)


def _said(value: Any) -> str:
    return "—" if value in ("None", "", None) else str(value)


def field_name(entry: LogEntry, name: str) -> str:
    """What the settings call a field of the row that was changed; its column where the model is gone."""
    model: type[Model] | None = entry.content_type.model_class()
    try:
        return str(model._meta.get_field(name).verbose_name) if model else name  # type: ignore[union-attr]
    except (FieldDoesNotExist, AttributeError):
        return gettext(name)


def redo_pages() -> None:
    """Put pages of the house in the place of those of libraries."""
    for model, page in {LogEntry: Journal, SocialApp: CompanyLogins}.items():
        admin.site.unregister(model)
        admin.site.register(model, page)
