"""Relance → Groupes: the groups in the order they are tried, their criteria, members, and why."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _

from collections_app.segments import operations
from collections_app.segments.admin import editor, pages
from collections_app.segments.form_tree import FIRST
from collections_app.segments.models import Group
from collections_app.segments.queries import present_members, without_team
from collections_app.segments.wording import no_team_sentence
from crm.accounts.backoffice import ScopedAdmin
from crm.accounts.queries import entities_of
from crm.core.remembering import remembering


class ArchivedFilter(admin.SimpleListFilter):
    """Archived groups are out of sight until asked for."""

    title = _("archived")
    parameter_name = "archived"

    def choices(self, changelist: Any) -> Any:
        """Nothing chosen means: those in use."""
        first, *others = super().choices(changelist)
        yield {**first, "display": _("in use")}
        yield from others

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("archived")), ("all", _("all"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Group]) -> QuerySet[Group]:
        if self.value() == "all":
            return queryset
        return queryset.filter(archived=self.value() == "yes")


class CountedGroups(ChangeList):
    """With how many customers are in each group shown."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        present = present_members(self.result_list)
        for group in self.result_list:
            group.present = present.get(group.pk, 0)


def _no_team(request: HttpRequest) -> str:
    entities = entities_of(request.user)
    groups = without_team(entities)
    return no_team_sentence(groups, of_several=entities[:2].count() > 1) if groups else ""


@admin.register(Group)
class GroupAdmin(ScopedAdmin):
    change_list_template = "admin/segments/group/list.html"
    list_display = ["name", "entity", "place", "members_now", "followed", "whose", "criteria_in_words"]
    list_filter = [ArchivedFilter, "entity"]
    list_select_related = ["entity", "scenario", "team"]
    search_fields = ["name", "code"]
    ordering = ["entity", "is_default", "priority"]
    sortable_by = ()
    actions = None
    prepopulated_fields = {"code": ["name"]}
    fieldsets = [
        (
            None,
            {
                "fields": ["entity", "name", "code"],
                "description": _(
                    "A group gathers customers by criteria that are checked again every night and at each change. "
                    "Groups are tried in order: a customer enters the first one whose criteria he meets, the default "
                    "group takes the others. Criteria, scenario and team come on the next page; nobody enters it "
                    "before it is put in use there."
                ),
            },
        ),
    ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list counts members; a page about one group does not."""
        return CountedGroups

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Of several entities, the code tells them apart: their names take too many lines."""
        return ["house" if name == "entity" else name for name in super().get_list_display(request)]

    @admin.display(description=_("entity"))
    def house(self, group: Group) -> str:
        """The code of its entity."""
        return group.entity.code

    @admin.display(description=_("order"))
    def place(self, group: Group) -> str:
        """Its place, and buttons that post the form of the list elsewhere: no script."""
        if group.is_default:
            return gettext("last")
        up, down = (reverse("admin:segments_group_move", args=[group.pk, way]) for way in ("up", "down"))
        return format_html(
            '<span class="order-buttons"><button class="small-button" formaction="{}" formmethod="post" '
            'aria-label="{}">↑</button><button class="small-button" formaction="{}" formmethod="post" '
            'aria-label="{}">↓</button></span>',
            up,
            gettext("Try %(group)s earlier") % {"group": group.name},
            down,
            gettext("Try %(group)s later") % {"group": group.name},
        )

    @admin.display(description=_("members"))
    def members_now(self, group: Any) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:segments_group_members", args=[group.pk]), group.present
        )

    @admin.display(description=_("scenario"))
    def followed(self, group: Group) -> str:
        """Its scenario; where it takes customers and has none, that nothing is opened for them."""
        if group.scenario_id or group.archived:
            return str(group.scenario or "-")
        page = reverse("admin:segments_group_change", args=[group.pk])
        told = gettext("none: nothing is opened")
        return format_html('<a class="chip is-draft" href="{}#id_scenario">{}</a>', page, told)

    @admin.display(description=_("team"))
    def whose(self, group: Group) -> str:
        """Its team; where it opens tasks and has none, the way to give it one."""
        if group.team_id or group.archived or not group.scenario_id:
            return str(group.team or "-")
        page = reverse("admin:segments_group_change", args=[group.pk])
        return format_html('<a class="chip is-draft" href="{}#id_team">{}</a>', page, gettext("no team"))

    @admin.display(description=_("criteria"))
    def criteria_in_words(self, group: Group) -> str:
        return pages.in_words(group)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Written at once: what a choice is called is asked once per fact and entity."""
        more = {
            "title": _("Groups, in the order they are tried"),
            "no_team": _no_team(request),
        }
        with remembering():
            answer: HttpResponse = super().changelist_view(request, more)
            return answer.render() if isinstance(answer, TemplateResponse) else answer

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Any, name: str) -> URLPattern:
            return path(route, pages.bound(self, view), name=f"segments_group_{name}")

        return [
            page("why/", pages.explain, "why"),
            page("<int:pk>/criteria/", editor.fragment, "criteria"),
            page("<int:pk>/members/", pages.members, "members"),
            page("<int:pk>/move/<str:way>/", pages.move, "move"),
            page("<int:pk>/archive/", pages.archive, "archive"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The criteria editor with name, scenario and team."""
        return editor.edit(self, request, object_id)

    def save_model(self, request: HttpRequest, obj: Group, form: ModelForm, change: bool) -> None:
        """A new group takes nobody before a person puts it in use: half made, it would take customers from the others.
        It has a first condition to change, and the team of its entity where there is no other."""
        user: Any = request.user
        obj.archived = True
        obj.criteria, obj.team = {"all": [FIRST]}, operations.only_team(obj.entity)
        operations.save_group(obj, by=user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One that had members is archived, as its history explains past decisions; the page that deletes says so. It
        alone asks: no night keeps an index for it."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and obj is not None and not obj.is_default

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        user: Any = request.user
        operations.delete_group(obj, by=user)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Back to the list with the reason where it has, or had, members; also those who enter it meanwhile."""
        try:
            if group := self.get_object(request, unquote(object_id)):
                operations.refuse_with_members(group)
            answer: HttpResponse = super().delete_view(request, object_id, extra_context)
            return answer
        except operations.GroupRefused as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(reverse("admin:segments_group_changelist"))

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """On to the criteria."""
        return HttpResponseRedirect(reverse("admin:segments_group_change", args=[obj.pk]))
