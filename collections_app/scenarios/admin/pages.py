"""Pages about one scenario: picture and versions, settings, differences, copy, archive, publication."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from collections_app.scenarios import operations
from collections_app.scenarios.models import Scenario, ScenarioVersion, VersionState
from collections_app.scenarios.newer import newer_default
from collections_app.scenarios.operations import ChangedMeanwhile, NotPublishable, StillUsed
from collections_app.scenarios.picture import picture
from collections_app.scenarios.queries import differences
from collections_app.scenarios.rules import reasons_not_to_publish
from crm.core.backoffice import row_of
from crm.core.formats import COUNTED

if TYPE_CHECKING:
    from collections_app.scenarios.admin.scenarios import ScenarioAdmin

FOLDER = "admin/scenarios/scenario/"


def bound(model_admin: "ScenarioAdmin", view: Callable[..., HttpResponseBase]) -> Any:
    """A view of ours `view(model_admin, request, pk=…)` behind the login of the admin."""

    def wrapped(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return view(model_admin, request, **kwargs)

    return model_admin.admin_site.admin_view(wrapped)


def opened(model_admin: "ScenarioAdmin", request: HttpRequest, pk: Any, *, to_write: bool = False) -> Scenario:
    """The scenario, when the person may see it (or write it). Raises Http404, PermissionDenied."""
    scenario: Scenario = row_of(model_admin.get_queryset(request).select_related("entity"), pk)
    allowed = model_admin.has_change_permission if to_write else model_admin.has_view_permission
    if not allowed(request, scenario):
        raise PermissionDenied
    return scenario


def context(model_admin: "ScenarioAdmin", request: HttpRequest, scenario: Scenario, **more: Any) -> dict[str, Any]:
    """What every page about a scenario needs."""
    return {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": scenario.name,
        "scenario": scenario,
        "may_write": model_admin.has_change_permission(request, scenario),
        **more,
    }


def url_of(scenario: Scenario, page: str = "change") -> str:
    return reverse(f"admin:scenarios_scenario_{page}", args=[scenario.pk])


def show(model_admin: "ScenarioAdmin", request: HttpRequest, pk: Any) -> HttpResponse:
    """The picture and the steps of one version: the published one unless another is asked for."""
    scenario = opened(model_admin, request, pk)
    versions = list(scenario.versions.select_related("published_by").order_by("-number"))
    chosen = chosen_version(versions, request.GET.get("version", ""))
    read = operations.mark_of(chosen) if chosen else ""  # before the steps: what is written between is refused
    steps = list(chosen.steps.select_related("template")) if chosen else []
    more = {
        "versions": versions,
        "chosen": chosen,
        "read": read,
        "draft": next((version for version in versions if version.state == VersionState.DRAFT), None),
        "steps": steps,
        "picture": picture(steps),
        "reasons": reasons_not_to_publish(chosen) if chosen and chosen.state == VersionState.DRAFT else [],
        "groups": scenario.groups.filter(archived=False).order_by("priority"),
        "followers": followers(scenario),
        "newer": newer_default(scenario) is not None,
        "deletable": model_admin.has_delete_permission(request, scenario),
    }
    return render(request, f"{FOLDER}show.html", context(model_admin, request, scenario, **more))


def followers(scenario: Scenario) -> int:
    """How many customers are in its groups now; exact to COUNTED, beyond it COUNTED + 1."""
    groups = scenario.groups.filter(archived=False)
    now = groups.filter(memberships__to_on__isnull=True, memberships__customer__isnull=False)
    return now.order_by().values("memberships__customer")[: COUNTED + 1].count()


def chosen_version(versions: list[ScenarioVersion], number: str) -> ScenarioVersion | None:
    """The version asked for, or the published one, or the latest."""
    for wanted in (
        lambda version: str(version.number) == number,
        lambda version: version.state == VersionState.PUBLISHED,
    ):
        if found := next(filter(wanted, versions), None):
            return found
    return versions[0] if versions else None


def settings(model_admin: "ScenarioAdmin", request: HttpRequest, pk: int) -> HttpResponseBase:
    """Name and description."""
    return model_admin.settings_view(request, str(pk))


def show_differences(model_admin: "ScenarioAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    """What changed from one version to another; by default from the one before to the latest."""
    scenario = opened(model_admin, request, pk)
    versions = {str(version.number): version for version in scenario.versions.order_by("-number")}
    numbers = list(versions)
    after = versions.get(request.GET.get("to", ""), versions[numbers[0]])
    before = versions.get(request.GET.get("from", ""), versions[numbers[min(1, len(numbers) - 1)]])
    more = {
        "versions": list(versions.values()),
        "before": before,
        "after": after,
        "changes": differences(before, after),
    }
    return render(request, f"{FOLDER}differences.html", context(model_admin, request, scenario, **more))


def publish(model_admin: "ScenarioAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    """Publish the draft as it was read."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    scenario = opened(model_admin, request, pk, to_write=True)
    draft = get_object_or_404(scenario.versions, state=VersionState.DRAFT)
    user: Any = request.user
    try:
        operations.publish(draft, by=user, at=timezone.now(), read=request.POST.get("read"))
    except NotPublishable as refusal:
        return _not_published(request, draft, refusal.reasons)
    except ChangedMeanwhile as refusal:
        return _not_published(request, draft, [str(refusal)])
    messages.success(
        request, _("Version %(number)d is published: the next night follows it.") % {"number": draft.number}
    )
    return HttpResponseRedirect(url_of(scenario))


def _not_published(request: HttpRequest, draft: ScenarioVersion, reasons: list[str]) -> HttpResponse:
    for reason in reasons:
        messages.error(request, reason)
    return HttpResponseRedirect(f"{url_of(draft.scenario)}?version={draft.number}")


class CopyForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    code = forms.SlugField(label=gettext_lazy("Code"), max_length=40)


def copy(model_admin: "ScenarioAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a name and a code, then open the draft of the copy."""
    scenario = opened(model_admin, request, pk, to_write=True)
    named = {"name": _("Copy of %(name)s") % {"name": scenario.name}, "code": f"{scenario.code[:35]}-bis"}
    form = CopyForm(request.POST or None, initial=named)
    if request.method == "POST" and form.is_valid():
        user: Any = request.user
        try:
            twin = operations.copy(scenario, by=user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return HttpResponseRedirect(url_of(twin, "draft"))
    return render(request, f"{FOLDER}copy.html", context(model_admin, request, scenario, form=form))


def archive(model_admin: "ScenarioAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    """Out of the lists, or back: what the button said, whatever became of the scenario since."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    scenario = opened(model_admin, request, pk, to_write=True)
    user: Any = request.user
    asked = operations.unarchive if request.POST.get("verb") == "unarchive" else operations.archive
    try:
        asked(scenario, by=user)
    except StillUsed as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(url_of(scenario))


def deletable(scenario: Scenario) -> bool:
    """Whether nothing keeps it: no group follows it and it was never published; otherwise it is archived."""
    used = scenario.versions.exclude(state=VersionState.DRAFT).exists()
    return not used and not scenario.groups.exists()
