"""The button that starts a night, and the page that waits for it and then leads to it, or says why none began."""

from datetime import date, datetime, timedelta
from functools import partial

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from collections_app.engine.exceptions import NightRefused
from collections_app.engine.failures import failure_sentence
from collections_app.engine.forms import StartForm
from collections_app.engine.leases import ask_run
from collections_app.engine.models import AskedNight, Run, RunState
from collections_app.engine.tasks import start_night
from crm.accounts.calendars import today
from crm.accounts.models import Entity, User
from crm.accounts.queries import entities_of
from crm.accounts.rules import changes_settings

KEPT = timedelta(days=30)


def start(request: HttpRequest) -> HttpResponse:
    """Start the night of today for an entity; it runs in a worker. Says why when it cannot."""
    if request.method != "POST" or not changes_settings(request.user):
        raise PermissionDenied
    form = StartForm(request.POST, user=request.user)
    if not form.is_valid():
        return HttpResponseRedirect(reverse("admin:engine_run_changelist"))
    entity, at = form.cleaned_data["entity"], timezone.now()
    assert isinstance(request.user, User)
    on = today(entity, at)
    try:
        ask_run(entity, on=on, clock=timezone.now, by=request.user)
    except NightRefused as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(reverse("admin:engine_run_changelist"))
    asked = _asked(entity, on=on, by=request.user, at=at)
    transaction.on_commit(partial(start_night.delay, entity.pk, on.isoformat(), request.user.pk, asked.pk))
    return HttpResponseRedirect(reverse("admin:engine_run_started", args=[asked.pk]))


@transaction.atomic
def _asked(entity: Entity, *, on: date, by: User, at: datetime) -> AskedNight:
    """What he waits for; that of past months is forgotten."""
    AskedNight.objects.filter(entity=entity, asked_at__lt=at - KEPT).delete()
    # One of that day which is under way has lost its worker, and is gone on with.
    others = Run.objects.filter(entity=entity).exclude(state=RunState.RUNNING, on=on)
    after = others.aggregate(latest=Max("pk"))["latest"] or 0
    return AskedNight.objects.create(entity=entity, on=on, after=after, asked_at=at, asked_by=by)


def started(request: HttpRequest, object_id: int) -> HttpResponse:
    """Waits for the night somebody asked for and leads to its page, which follows it; tells why none began."""
    mine = AskedNight.objects.filter(entity__in=entities_of(request.user)).select_related("entity")
    asked = get_object_or_404(mine, pk=object_id)
    run = Run.objects.filter(entity=asked.entity, pk__gt=asked.after).order_by("pk").first()
    if run:
        return _lead(request, reverse("admin:engine_run_change", args=[run.pk]))
    if asked.error and request.headers.get("HX-Request"):
        return _lead(request, request.path)
    title = _("The night of %(entity)s did not start") if asked.error else _("The night of %(entity)s is starting")
    context = {
        **admin.site.each_context(request),
        "title": title % {"entity": asked.entity.legal_name},
        "asked": asked,
        "error": failure_sentence(asked.error),
    }
    return render(request, "admin/engine/run/started.html", context)


def _lead(request: HttpRequest, url: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
