"""Relance → Simulations: ask for one, watch it, stop it, read what it found."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _, gettext_lazy

from collections_app.engine.failures import failure_sentence
from collections_app.engine.simulation.exceptions import SimulationRefused
from collections_app.engine.simulation.forms import SimulationForm
from collections_app.engine.simulation.models import UNDER_WAY, Simulation, SimulationState
from collections_app.engine.simulation.operations import ask_simulation, ask_to_stop
from collections_app.engine.simulation.sheets import XLSX, workbook
from collections_app.engine.simulation.telling import assumed, told
from crm.accounts.backoffice import ReadOnlyScopedAdmin
from crm.accounts.models import User
from crm.accounts.rules import changes_settings
from crm.core.backoffice import row_of

FOLDER = "admin/engine/simulation/"
GIVEN = ("entity", "version", "group", "kind")


@admin.register(Simulation)
class SimulationAdmin(ReadOnlyScopedAdmin):
    list_display = ["asked_at", "entity", "kind", "from_on", "until_on", "what", "state", "asker"]
    list_filter = ["state", "kind", "entity"]
    list_select_related = ["entity", "asked_by"]
    ordering = ["-asked_at"]
    change_list_template = f"{FOLDER}list.html"

    @admin.display(description=gettext_lazy("what is tried"))
    def what(self, simulation: Simulation) -> str:
        return simulation.tried or _("Today’s set-up")

    @admin.display(description=gettext_lazy("asked by"))
    def asker(self, simulation: Simulation) -> str:
        return str(simulation.asked_by or "-")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Simulation]:
        """A list does not read the reports."""
        return super().get_queryset(request).defer("report")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("ask/", wrap(self.ask), name="engine_simulation_ask"),
            path("<int:object_id>/progress/", wrap(self.progress), name="engine_simulation_progress"),
            path("<int:object_id>/report.xlsx", wrap(self.sheets), name="engine_simulation_sheets"),
            path("<int:object_id>/stop/", wrap(self.stop), name="engine_simulation_stop"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With, above the list, the way to a new one."""
        more = {"may_ask": changes_settings(request.user), "title": _("Simulations")}
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Its progress, then its report."""
        simulation = self._mine(request, object_id)
        context = {**self.admin_site.each_context(request), "opts": self.opts, **story(simulation, request.user)}
        return render(request, f"{FOLDER}show.html", {**context, "title": _("Simulation")})

    def progress(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The moving part of its page."""
        return render(request, f"{FOLDER}_story.html", story(self._mine(request, object_id), request.user))

    def sheets(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Its report as a spreadsheet."""
        simulation = self._mine(request, object_id)
        if simulation.state != SimulationState.DONE:
            raise Http404
        name = f"simulation-{simulation.entity.code}-{simulation.pk}.xlsx"
        headers = {"Content-Disposition": content_disposition_header(True, name)}
        return HttpResponse(workbook(simulation), content_type=XLSX, headers=headers)

    def stop(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Stop it after the night it is in."""
        simulation = self._mine(request, object_id)
        if request.method != "POST" or not changes_settings(request.user):
            raise PermissionDenied
        ask_to_stop(simulation, at=timezone.now())
        return HttpResponseRedirect(reverse("admin:engine_simulation_change", args=[simulation.pk]))

    def ask(self, request: HttpRequest) -> HttpResponse:
        """The form, with what another page says beforehand (?version=, ?group=), and what it asks for."""
        if not changes_settings(request.user):
            raise PermissionDenied
        given = {name: request.GET[name] for name in GIVEN if name in request.GET}
        posted = request.POST if request.method == "POST" else None
        form = SimulationForm(posted, user=request.user, at=timezone.now(), initial=given)
        if posted is not None and form.is_valid():
            try:
                return HttpResponseRedirect(_asked(form, request.user))
            except SimulationRefused as refused:
                form.add_error(None, str(refused))
        context = {**self.admin_site.each_context(request), "opts": self.opts, "form": form}
        status = 422 if form.errors else 200
        return render(request, f"{FOLDER}ask.html", {**context, "title": _("New simulation")}, status=status)

    def _mine(self, request: HttpRequest, object_id: int | str) -> Simulation:
        rows = self.get_queryset(request).defer(None).select_related("entity", "asked_by")
        simulation: Simulation = row_of(rows, object_id)
        return simulation


def _asked(form: SimulationForm, user: Any) -> str:
    assert isinstance(user, User)
    given = form.cleaned_data
    first, last = given["period"]
    simulation = ask_simulation(
        given["entity"],
        kind=given["kind"],
        from_on=first,
        until_on=last,
        version=given["version"],
        group=given["group"],
        group_scenario=given["group_scenario"],
        assumptions=form.assumptions,
        by=user,
        at=timezone.now(),
    )
    return reverse("admin:engine_simulation_change", args=[simulation.pk])


def story(simulation: Simulation, user: Any) -> dict[str, Any]:
    """What the page of a simulation shows."""
    done = simulation.state == SimulationState.DONE
    return {
        "simulation": simulation,
        "under_way": simulation.state in UNDER_WAY,
        "may_stop": changes_settings(user),
        "error": failure_sentence(simulation.error),
        **(told(simulation) if done else {"assumed": assumed(simulation)}),
    }
