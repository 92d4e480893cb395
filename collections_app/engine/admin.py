"""Relance → Traitements de nuit: what each night did, what it kept back and why; start one now and watch it."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from collections_app.engine import precautions, starting, trying
from collections_app.engine.entering import backlog_of
from collections_app.engine.failures import REPLACED, failure_sentence
from collections_app.engine.forms import StartForm
from collections_app.engine.labels import block_label, opened_steps, stage_label
from collections_app.engine.models import DailyFigures, MorningReport, Run, RunStage, RunState
from collections_app.engine.morning.pages import MorningReportAdmin
from collections_app.engine.simulation.admin import SimulationAdmin
from collections_app.engine.stages import STAGES
from crm.accounts.backoffice import ReadOnlyScopedAdmin
from crm.accounts.rules import changes_settings
from crm.core.backoffice import row_of
from crm.core.formats import day, duration, number
from crm.imports.models import Status
from crm.imports.queries import batches_of


class NotMadeGoodFilter(admin.SimpleListFilter):
    """Nights somebody must look at: what supervision counts."""

    title = gettext_lazy("follow-up")
    parameter_name = "made_good"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", gettext_lazy("stopped and not made good"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Run]) -> QuerySet[Run]:
        return queryset.filter(pk__in=Run.objects.not_made_good().values("pk")) if self.value() else queryset


@admin.register(Run)
class RunAdmin(ReadOnlyScopedAdmin):
    list_display = ["on", "entity", "state", "started_at", "seconds", "actions_opened", "kept_back", "starter"]
    list_filter = ["state", NotMadeGoodFilter, "entity"]
    list_select_related = ["entity", "started_by"]
    ordering = ["-started_at"]
    change_list_template = "admin/engine/run/list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        """With the stages, which say how long a night took."""
        return super().get_queryset(request).prefetch_related("stages")

    @admin.display(description=gettext_lazy("duration"))
    def seconds(self, run: Run) -> str:
        if not run.finished_at:
            return "…"
        spent = run.finished_at - run.started_at
        return duration(max(spent, timedelta(milliseconds=sum(stage.ms for stage in run.stages.all()))))

    @admin.display(description=gettext_lazy("actions opened"))
    def actions_opened(self, run: Run) -> int:
        return sum(run.opened.values())

    @admin.display(description=gettext_lazy("started by"))
    def starter(self, run: Run) -> str:
        return str(run.started_by or "-")

    @admin.display(description=gettext_lazy("kept back"))
    def kept_back(self, run: Run) -> int:
        return sum(run.blocked.values())

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("start/", wrap(starting.start), name="engine_run_start"),
            path("started/<int:object_id>/", wrap(starting.started), name="engine_run_started"),
            path("try/", wrap(trying.ask), name="engine_run_try"),
            path("try/<int:object_id>/", wrap(trying.show), name="engine_run_tried"),
            path("<int:object_id>/progress/", wrap(self.progress), name="engine_run_progress"),
            path("training/", wrap(precautions.trainings), name="engine_trainings"),
            path("training/<int:entity_id>/", wrap(precautions.reset_training), name="engine_training_reset"),
            path("rehearsal/", wrap(precautions.rehearsals), name="engine_rehearsals"),
            path("rehearsal/<int:entity_id>/", wrap(precautions.one_rehearsal), name="engine_rehearsal"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With, above the list, the button that starts a night, and the imports nights wait for to be undone."""
        form = StartForm(user=request.user) if changes_settings(request.user) else None
        shown = {"start_form": form, "being_undone": batches_of(request.user).filter(status=Status.UNDOING)}
        return super().changelist_view(request, {**shown, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One night: stages, actions opened by step, what was kept back; follows a night that still runs."""
        run = row_of(self.get_queryset(request), object_id)
        title = _("Night of %(day)s · %(entity)s") % {"day": day(run.on), "entity": run.entity.legal_name}
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": title, **story(run)}
        return render(request, "admin/engine/run/run.html", context)

    def progress(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The moving part of the page of a night."""
        run = get_object_or_404(self.get_queryset(request), pk=object_id)
        return render(request, "admin/engine/run/_story.html", story(run))


def story(run: Run) -> dict[str, Any]:
    """What the page of a night shows."""
    done = {stage.name: stage for stage in run.stages.all()}
    longest = max((stage.ms for stage in done.values()), default=0) or 1
    return {
        "run": run,
        "running": run.state == RunState.RUNNING,
        "error": failure_sentence(run.error),
        "again": run.error != REPLACED,
        "stages": [
            {"label": stage_label(stage.name), "row": row, "share": round(100 * row.ms / longest) if row else 0}
            for stage in STAGES
            for row in [done.get(stage.name)]
        ],
        "looked_at": looked_at(run, done.get("customers")),
        "opened": [(name, count) for _code, name, count in opened_steps(run.entity_id, run.opened)],
        "blocked": [(block_label(reason), count) for reason, count in sorted(run.blocked.items())],
        "backlog": None if run.state == RunState.RUNNING else backlog_of(run),
        "report": MorningReport.objects.filter(run=run).first(),
        "figures": DailyFigures.objects.filter(entity=run.entity_id, on=run.on).order_by("currency"),
    }


def looked_at(run: Run, customers: RunStage | None) -> str:
    """Whom the night looks at, in words; nothing while that is not known."""
    if customers is None or "full" not in run.scope:
        return ""
    if run.scope["full"]:
        return _("It looked at every customer.")
    return ngettext(
        "It looked at %(count)s customer: for no other could anything have changed.",
        "It looked at %(count)s customers: for no other could anything have changed.",
        customers.rows,
    ) % {"count": number(customers.rows)}


__all__ = ["MorningReportAdmin", "RunAdmin", "SimulationAdmin", "story"]
