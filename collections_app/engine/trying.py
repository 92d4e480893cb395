"""The pages of a dry run in the admin: ask for one, watch it, read what the night would do."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from collections_app.engine import entering
from collections_app.engine.dry_runs import ask_dry_run, stage_of
from collections_app.engine.failures import failure_sentence
from collections_app.engine.forms import StartForm
from collections_app.engine.labels import block_label, opened_steps, stage_label
from collections_app.engine.models import DryRun
from collections_app.engine.stages import STAGES
from collections_app.segments.queries import without_team
from crm.accounts.models import User
from crm.accounts.queries import entities_of
from crm.accounts.rules import changes_settings
from crm.core import formats


def ask(request: HttpRequest) -> HttpResponse:
    """Have the next night of an entity tried, and lead to its page."""
    if request.method != "POST" or not changes_settings(request.user):
        raise PermissionDenied
    form = StartForm(request.POST, user=request.user)
    if not form.is_valid():
        return HttpResponseRedirect(reverse("admin:engine_run_changelist"))
    assert isinstance(request.user, User)
    asked = ask_dry_run(form.cleaned_data["entity"], by=request.user, at=timezone.now())
    return HttpResponseRedirect(reverse("admin:engine_run_tried", args=[asked.pk]))


def show(request: HttpRequest, object_id: int) -> HttpResponse:
    """What the night would do, or the stage it is at; the page asks again every second until it is known."""
    mine = DryRun.objects.filter(entity__in=entities_of(request.user)).select_related("entity")
    asked = get_object_or_404(mine, pk=object_id)
    told = _told(asked)
    if request.headers.get("HX-Request"):
        return render(request, "admin/engine/run/_tried.html", told)
    title = _("Dry run of the night of %(day)s") % {"day": formats.day(asked.on)}
    title = f"{title} · {asked.entity.legal_name}"
    return render(request, "admin/engine/run/tried.html", {**admin.site.each_context(request), "title": title, **told})


def _told(asked: DryRun) -> dict[str, Any]:
    names: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in asked.report.get("customers", []):
        names.setdefault((row["what"], row["code"]), []).append(row | {"amount": Decimal(row["amount"])})
    opened, blocked = asked.report.get("opened", {}), asked.report.get("blocked", {})
    stages = [stage.name for stage in STAGES]
    stage = stage_of(asked)
    return {
        "asked": asked,
        "error": failure_sentence(asked.error),
        "stage": stage_label(stage) if stage else "",
        "place": stages.index(stage) if stage in stages else 0,
        "places": len(stages),
        "backlog": entering.read(asked.report.get("backlog", {})),
        "no_team": without_team([asked.entity]),
        "opened": [
            {"name": name, "number": number, "customers": names.get(("opened", code), [])}
            for code, name, number in opened_steps(asked.entity_id, opened)
        ],
        "blocked": [
            {"name": block_label(code), "number": number, "customers": names.get(("blocked", code), [])}
            for code, number in sorted(blocked.items())
        ],
    }
