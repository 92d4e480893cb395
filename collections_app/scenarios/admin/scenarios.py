"""Relance → Scénarios: list, picture, draft, publication, differences, copy, archive."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from collections_app.scenarios import operations
from collections_app.scenarios.admin import delivered, editor, pages
from collections_app.scenarios.models import Scenario, VersionState
from collections_app.scenarios.newer import SAID, newer_default
from crm.accounts.backoffice import ScopedAdmin
from crm.core.meanwhile import MeanwhileForm
from crm.core.remembering import remembering


class ArchivedFilter(admin.SimpleListFilter):
    """Archived scenarios are out of sight until asked for."""

    title = _("archived")
    parameter_name = "archived"

    def choices(self, changelist: Any) -> Any:
        """Nothing chosen means: those in use."""
        first, *others = super().choices(changelist)
        yield {**first, "display": _("in use")}
        yield from others

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("archived")), ("all", _("all"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Scenario]) -> QuerySet[Scenario]:
        if self.value() == "all":
            return queryset
        return queryset.filter(archived=self.value() == "yes")


class ScenariosWithSteps(ChangeList):
    """With all that was ever said in each: `newer` compares it with what is delivered today."""

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Scenario]:
        return super().get_queryset(request, *args, **kwargs).prefetch_related(SAID)


@admin.register(Scenario)
class ScenarioAdmin(ScopedAdmin):
    form = MeanwhileForm
    list_display = ["name", "in_use", "draft_waiting", "steps_in_use", "groups_following", "newer", "entity"]
    list_filter = [ArchivedFilter, "entity"]
    list_select_related = ["entity"]
    search_fields = ["name", "code", "description"]
    ordering = ["entity", "name"]
    actions = None
    prepopulated_fields = {"code": ["name"]}
    fieldsets = [
        (
            None,
            {
                "fields": ["entity", "name", "code", "description"],
                "description": _(
                    "A scenario is a series of steps along the due date: when, by which channel, with which template, "
                    "automatic or done by a person. Each group of customers follows one. Write the steps in a draft, "
                    "then publish it: the next night follows it, and it never changes again."
                ),
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Scenario]:
        published = Q(versions__state=VersionState.PUBLISHED)
        return super().get_queryset(request).annotate(
            published_number=Max("versions__number", filter=published),
            draft_number=Max("versions__number", filter=Q(versions__state=VersionState.DRAFT)),
            draft_id=Max("versions__pk", filter=Q(versions__state=VersionState.DRAFT)),
            step_count=Count("versions__steps", filter=published, distinct=True),
            group_count=Count("groups", filter=Q(groups__archived=False), distinct=True),
        )  # fmt: skip

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ScenariosWithSteps

    @admin.display(description=_("published"), ordering="published_number")
    def in_use(self, scenario: Any) -> str:
        return f"v{scenario.published_number}" if scenario.published_number else "—"

    @admin.display(description=_("draft"), ordering="draft_number")
    def draft_waiting(self, scenario: Any) -> str:
        return f"v{scenario.draft_number}" if scenario.draft_number else "—"

    @admin.display(description=_("draft"), ordering="draft_number")
    def draft_to_try(self, scenario: Any) -> str:
        """The number of the draft, and the way to see what it would do before it is published."""
        if not scenario.draft_number:
            return "—"
        asked = urlencode({"entity": scenario.entity_id, "version": scenario.draft_id})
        link = f"{reverse('admin:engine_simulation_ask')}?{asked}"
        return format_html('v{} · <a href="{}">{}</a>', scenario.draft_number, link, _("Simulate this draft"))

    @admin.display(description=_("steps"), ordering="step_count")
    def steps_in_use(self, scenario: Any) -> int:
        return int(scenario.step_count)

    @admin.display(description=_("groups"), ordering="group_count")
    def groups_following(self, scenario: Any) -> int:
        return int(scenario.group_count)

    @admin.display(description=_("newer version delivered"))
    def newer(self, scenario: Scenario) -> Any:
        """The way to it, where there is one."""
        if newer_default(scenario) is None:
            return "—"
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:scenarios_scenario_delivered", args=[scenario.pk]), _("See it")
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Scenario | None = None) -> list[str]:
        return ["entity", "code"] if obj else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Scenario | None = None) -> dict[str, Any]:
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Who may change a draft may simulate it from here."""
        draft = "draft_to_try" if self.has_change_permission(request) else "draft_waiting"
        return [draft if name == "draft_waiting" else name for name in super().get_list_display(request)]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Written at once: amounts of newer scenarios need rates, asked once per currency and day."""
        with remembering():
            answer: HttpResponse = super().changelist_view(request, {"title": _("Scenarios")})
            return answer.render() if isinstance(answer, TemplateResponse) else answer

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Any, name: str) -> URLPattern:
            return path(f"<int:pk>/{route}", pages.bound(self, view), name=f"scenarios_scenario_{name}")

        return [
            page("start/", editor.start, "start"),
            page("draft/", editor.draft, "draft"),
            page("draft/picture/", editor.draft_picture, "draft_picture"),
            page("settings/", pages.settings, "settings"),
            page("differences/", pages.show_differences, "differences"),
            page("delivered/", delivered.delivered, "delivered"),
            page("copy/", pages.copy, "copy"),
            page("archive/", pages.archive, "archive"),
            page("publish/", pages.publish, "publish"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The scenario's picture and versions; name and description have their own page."""
        return pages.show(self, request, pk=object_id)

    def settings_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Name and description: the usual form of the admin."""
        return super().change_view(request, object_id)

    def save_model(self, request: HttpRequest, obj: Scenario, form: forms.ModelForm, change: bool) -> None:
        """A new scenario starts with an empty draft; of a known one what was changed is written, and nothing somebody
        else may be writing."""
        if change:
            obj.save(update_fields=form.changed_data)
            return
        super().save_model(request, obj, form, change)
        user: Any = request.user
        operations.create_draft(obj, by=user)

    def delete_model(self, request: HttpRequest, obj: Scenario) -> None:
        user: Any = request.user
        operations.delete(obj, by=user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only what no group follows and no action came from."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and obj is not None and pages.deletable(obj)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """On to the steps."""
        return HttpResponseRedirect(reverse("admin:scenarios_scenario_draft", args=[obj.pk]))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:scenarios_scenario_change", args=[obj.pk]))
