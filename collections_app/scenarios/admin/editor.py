"""The draft of a scenario: entry policy and steps, its picture while one writes, publication."""

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from collections_app.scenarios import operations
from collections_app.scenarios.admin.pages import FOLDER, context, followers, opened, url_of
from collections_app.scenarios.forms import VersionForm, steps_formset
from collections_app.scenarios.models import Scenario, ScenarioVersion, Step, VersionState
from collections_app.scenarios.operations import ChangedMeanwhile, NotPublishable
from collections_app.scenarios.picture import picture

if TYPE_CHECKING:
    from collections_app.scenarios.admin.scenarios import ScenarioAdmin


DRAWN = ("name", "offset_days", "channel", "mode", "formal_notice", "gap_days")


def start(model_admin: "ScenarioAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    """Make a draft from the latest version, or go on with the one there is."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    scenario = opened(model_admin, request, pk, to_write=True)
    user: Any = request.user
    operations.create_draft(scenario, by=user)
    return HttpResponseRedirect(url_of(scenario, "draft"))


def draft(model_admin: "ScenarioAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    """Show or save the draft; `verb` says which button was pressed."""
    scenario = opened(model_admin, request, pk, to_write=True)
    version = get_object_or_404(scenario.versions, state=VersionState.DRAFT)
    if request.method == "POST":
        return saved(model_admin, request, scenario, version)
    forms = VersionForm(instance=version), steps_formset(version, extra=0 if version.steps.exists() else 1)
    return page(model_admin, request, scenario, version, *forms)


def page(
    model_admin: "ScenarioAdmin",
    request: HttpRequest,
    scenario: Scenario,
    version: ScenarioVersion,
    form: VersionForm,
    steps: Any,
    reasons: list[str] | None = None,
    read: str = "",
) -> HttpResponse:
    """`read`: the mark of what the person read, where it is not what the draft says now."""
    drawn = picture(list(version.steps.select_related("template")))
    more = {"version": version, "form": form, "steps": steps, "picture": drawn, "reasons": reasons or []}
    more |= {"read": read or operations.mark_of(version), "followers": followers(scenario)}
    return render(
        request, f"{FOLDER}draft.html", context(model_admin, request, scenario, **more), status=409 if reasons else 200
    )


def saved(
    model_admin: "ScenarioAdmin", request: HttpRequest, scenario: Scenario, version: ScenarioVersion
) -> HttpResponse:
    form, steps = VersionForm(request.POST, instance=version), steps_formset(version, request.POST)
    user: Any = request.user
    again = partial(page, model_admin, request, scenario, version, form, steps)
    read = request.POST.get("read") or "none"
    if not (form.is_valid() and steps.is_valid()):
        return again([_("Correct what is marked below.")], read)
    try:
        operations.write_draft(
            version, steps.kept(), entry_policy=form.cleaned_data["entry_policy"], read=read, by=user
        )
    except ChangedMeanwhile as refusal:
        return again([str(refusal)], read)
    except ValidationError as refusal:
        return again(refusal.messages, read)
    try:
        if request.POST.get("verb") == "publish":
            operations.publish(version, by=user, at=timezone.now())
    except NotPublishable as refusal:
        return again(refusal.reasons)
    return after(request, scenario, version, model_admin)


def after(
    request: HttpRequest, scenario: Scenario, version: ScenarioVersion, model_admin: "ScenarioAdmin"
) -> HttpResponse:
    """Where each button leads once all is saved."""
    verb = request.POST.get("verb")
    if verb == "publish":
        told = _("Version %(number)d is published: the next night follows it.") % {"number": version.number}
        messages.success(request, told)
        return HttpResponseRedirect(url_of(scenario))
    if verb == "add":
        return page(
            model_admin, request, scenario, version, VersionForm(instance=version), steps_formset(version, extra=1)
        )
    if verb == "simulate":
        asked = urlencode({"entity": scenario.entity_id, "version": version.pk})
        return HttpResponseRedirect(f"{reverse('admin:engine_simulation_ask')}?{asked}")
    messages.success(request, _("The draft is saved; what is published stays in use until you publish it."))
    return HttpResponseRedirect(url_of(scenario, "draft"))


def draft_picture(model_admin: "ScenarioAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    """Fragment: the time line of the steps as they are being written, those not yet complete left out."""
    scenario = opened(model_admin, request, pk, to_write=True)
    version = get_object_or_404(scenario.versions, state=VersionState.DRAFT)
    forms = steps_formset(version, request.POST)
    steps = [Step(**complete(form)) for form in forms.forms if complete(form)]
    return render(request, f"{FOLDER}_picture.html", {"picture": picture(steps)})


def complete(form: Any) -> dict[str, Any]:
    """Enough of a step to draw it, or nothing."""
    form.is_valid()
    given = getattr(form, "cleaned_data", {})
    drawable = all(given.get(name) not in (None, "") for name in DRAWN[:4])
    if not drawable or given.get("DELETE"):
        return {}
    return {
        name: given[name]
        for name in ("name", "offset_days", "channel", "mode", "formal_notice", "gap_days")
        if name in given
    }
