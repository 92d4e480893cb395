"""Relance → Modèles: list, editor with live preview, settings, history."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, reverse
from django.utils.translation import gettext_lazy as _

from collections_app.letters.admin import editor, history, other
from collections_app.letters.models import Template
from collections_app.letters.newer import newer_languages
from crm.accounts.backoffice import ScopedAdmin
from crm.core.formats import language_name


class ArchivedFilter(admin.SimpleListFilter):
    """Archived templates are out of sight until asked for."""

    title = _("archived")
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("archived")), ("all", _("all"))]

    def choices(self, changelist: Any) -> Any:
        """Without a choice: those in use."""
        first, *others = super().choices(changelist)
        return [{**first, "display": _("in use")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Template]) -> QuerySet[Template]:
        if self.value() == "all":
            return queryset
        return queryset.filter(archived=self.value() == "yes")


@admin.register(Template)
class TemplateAdmin(ScopedAdmin):
    list_display = ["name", "channel", "tone", "languages_in_use", "drafts", "newer", "entity"]
    list_filter = ["channel", "tone", ArchivedFilter, "for_consumers", "entity"]
    list_select_related = ["entity"]
    search_fields = ["name", "code"]
    ordering = ["channel", "name"]
    prepopulated_fields = {"code": ["name"]}
    fieldsets = [
        (
            None,
            {
                "fields": ["entity", "name", "code", ("channel", "tone"), "for_consumers"],
                "description": _(
                    "A template says something by one channel, in one tone. Its texts, one per language, are written "
                    "in the editor that follows; nothing leaves before they are published."
                ),
            },
        ),
        (_("Attachments"), {"fields": ["attach_statement", "attach_invoice_list"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Template]:
        rows = super().get_queryset(request).prefetch_related("versions")
        return rows.annotate(waiting=Count("versions", filter=Q(versions__published_at=None)))

    @admin.display(description=_("published in"))
    def languages_in_use(self, template: Template) -> str:
        return _named(version.language for version in template.versions.all() if version.published_at)

    @admin.display(description=_("draft"), ordering="waiting")
    def drafts(self, template: Any) -> str:
        return _named(version.language for version in template.versions.all() if not version.published_at)

    @admin.display(description=_("newer text delivered"))
    def newer(self, template: Template) -> str:
        return _named(newer_languages(template))

    def get_readonly_fields(self, request: HttpRequest, obj: Template | None = None) -> list[str]:
        """The code names the template elsewhere, the channel and the entity decide what its texts may say."""
        return ["entity", "code", "channel"] if obj else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Template | None = None) -> dict[str, Any]:
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def get_urls(self) -> list[URLPattern]:
        return [*other.urls(self), *editor.urls(self), *history.urls(self), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The editor; the settings of the template have their own page."""
        return editor.edit(self, request, object_id)

    def settings_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Name, tone, attachments: the usual form of the admin."""
        return super().change_view(request, object_id)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """On to the texts."""
        return HttpResponseRedirect(editor_url(obj))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return HttpResponseRedirect(editor_url(obj))


def editor_url(template: Template) -> str:
    """Where the texts of a template are written."""
    return reverse("admin:letters_template_change", args=[template.pk])


def _named(languages: Iterable[str]) -> str:
    return ", ".join(sorted(map(language_name, set(languages)))) or "—"
