"""Relance → Rapports du matin: what was unusual, what it holds, one button to release, one to cancel."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from collections_app.engine.labels import opened_steps
from collections_app.engine.models import MorningReport, ReportState
from collections_app.engine.morning import reports
from collections_app.engine.morning.usual import compared
from collections_app.engine.morning.wording import anomaly_sentence, figure_label
from crm.accounts.backoffice import ReadOnlyScopedAdmin
from crm.accounts.models import User
from crm.accounts.rules import changes_settings
from crm.core.backoffice import row_of
from crm.core.formats import day
from crm.customers.models import Channel
from telephony.messaging import operations as messaging


@admin.register(MorningReport)
class MorningReportAdmin(ReadOnlyScopedAdmin):
    list_display = ["on", "entity", "said", "unusual", "messages", "settled_by", "settled_at"]
    list_filter = ["state", "entity"]
    list_select_related = ["entity", "settled_by"]
    ordering = ["-on", "-pk"]

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def said(self, report: MorningReport) -> str:
        return report.says

    @admin.display(description=gettext_lazy("unusual"))
    def unusual(self, report: MorningReport) -> str:
        return " · ".join(anomaly_sentence(anomaly) for anomaly in report.anomalies) or "-"

    def get_urls(self) -> list[URLPattern]:
        settle = self.admin_site.admin_view(self.settle)
        return [path("<int:object_id>/settle/", settle, name="engine_morningreport_settle"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The night beside what is usual, and what was unusual."""
        report = row_of(self.get_queryset(request).select_related("run", "entity"), object_id)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Morning report of %(day)s · %(entity)s")
            % {"day": day(report.on), "entity": report.entity.legal_name},
            "report": report,
            "anomalies": [anomaly_sentence(anomaly) for anomaly in report.anomalies],
            "figures": _figures(report),
            "held": report.state == ReportState.HELD,
            "channels": _held(report),
            "may_settle": changes_settings(request.user),
        }
        return render(request, "admin/engine/morningreport/report.html", context)

    def settle(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Release or cancel what the night held."""
        report = get_object_or_404(self.get_queryset(request), pk=object_id)
        if request.method != "POST" or not changes_settings(request.user):
            raise PermissionDenied
        assert isinstance(request.user, User)
        common: dict[str, Any] = {"by": request.user, "at": timezone.now()}
        try:
            if request.POST.get("verb") == "release":
                messages.success(request, _released(reports.release(report, **common)))
            elif request.POST.get("verb") == "cancel":
                cancelled = reports.cancel(report, reason=request.POST.get("reason", ""), **common)
                messages.success(request, _cancelled(cancelled))
        except (reports.ReportSettled, reports.ReasonMissing) as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("admin:engine_morningreport_change", args=[report.pk]))


def _figures(report: MorningReport) -> list[dict[str, Any]]:
    figures = compared(report.run)
    codes = {figure.code.removeprefix("step:"): 0 for figure in figures if figure.code.startswith("step:")}
    names = {code: name for code, name, _number in opened_steps(report.entity_id, codes)}
    return [
        {"label": figure_label(figure, names), "figure": figure, "of_the_one_above": ":" in figure.code}
        for figure in figures
    ]


def _held(report: MorningReport) -> list[tuple[str, int]]:
    """What would leave by each channel."""
    return [(str(Channel(channel).label), number) for channel, number in messaging.held(held_by=report.run_id).items()]


def _released(count: int) -> str:
    if not count:
        return _("The night is settled.")
    text = ngettext("%(count)s message is released.", "%(count)s messages are released.", count) % {"count": count}
    return f"{text} " + _("Balance and gates are checked once more before each leaves.")


def _cancelled(actions: reports.Cancelled) -> str:
    closed = ngettext("%(count)s action is closed.", "%(count)s actions are closed.", actions.closed)
    kept = ngettext(
        "%(count)s somebody has worked on since stays.", "%(count)s somebody has worked on since stay.", actions.kept
    )
    told = [closed % {"count": actions.closed}, *([kept % {"count": actions.kept}] if actions.kept else [])]
    return " ".join([*told, _("The next night decides again.")])
