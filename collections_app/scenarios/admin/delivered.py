"""The scenario delivered since against the one here, to be taken as a draft."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from collections_app.scenarios import operations
from collections_app.scenarios.admin.pages import FOLDER, context, opened, url_of
from collections_app.scenarios.models import ScenarioVersion
from collections_app.scenarios.newer import newer_default, newer_steps
from collections_app.scenarios.queries import changed_steps

if TYPE_CHECKING:
    from collections_app.scenarios.admin.scenarios import ScenarioAdmin


def delivered(model_admin: "ScenarioAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    """The newer scenario of the product against the latest version here; a POST makes it the draft."""
    scenario = opened(model_admin, request, pk, to_write=request.method == "POST")
    default = newer_default(scenario)
    if default is None:
        raise Http404
    steps = newer_steps(scenario, default)
    if request.method == "POST":
        user: Any = request.user
        try:
            read = request.POST.get("read", "")
            operations.take(scenario, steps, entry_policy=default.entry_policy, read=read, by=user)
        except operations.ChangedMeanwhile as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(url_of(scenario, "delivered"))
        messages.success(
            request,
            _("The delivered scenario is now the draft; the published version stays in use until you publish it."),
        )
        return HttpResponseRedirect(url_of(scenario, "draft"))
    latest = scenario.versions.order_by("-number")[0]
    more = {
        "latest": latest,
        "read": operations.mark_of(latest),
        "policy": ScenarioVersion(entry_policy=default.entry_policy),
        "changes": changed_steps(latest.steps.select_related("template"), steps, scenario.entity.currency),
    }
    return render(request, f"{FOLDER}delivered.html", context(model_admin, request, scenario, **more))
