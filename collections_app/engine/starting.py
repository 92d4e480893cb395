"""The button that starts a night, and the page that waits for it and then leads to it."""

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
from collections_app.engine.forms import StartForm
from collections_app.engine.leases import ask_run
from collections_app.engine.models import Run, RunState
from collections_app.engine.tasks import start_night
from crm.accounts.calendars import today
from crm.accounts.models import User
from crm.accounts.queries import entities_of
from crm.accounts.rules import changes_settings


def start(request: HttpRequest) -> HttpResponse:
    """Start the night of today for an entity; it runs in a worker. Says why when it cannot."""
    if request.method != "POST" or not changes_settings(request.user):
        raise PermissionDenied
    form = StartForm(request.POST, user=request.user)
    if not form.is_valid():
        return HttpResponseRedirect(reverse("admin:engine_run_changelist"))
    entity = form.cleaned_data["entity"]
    assert isinstance(request.user, User)
    on = today(entity, timezone.now())
    try:
        ask_run(entity, on=on, clock=timezone.now, by=request.user)
    except NightRefused as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(reverse("admin:engine_run_changelist"))
    # One of that day which is under way has lost its worker, and is gone on with.
    others = Run.objects.filter(entity=entity).exclude(state=RunState.RUNNING, on=on)
    before = others.aggregate(latest=Max("pk"))["latest"] or 0
    transaction.on_commit(partial(start_night.delay, entity.pk, on.isoformat(), request.user.pk))
    return HttpResponseRedirect(reverse("admin:engine_run_started", args=[entity.pk, before]))


def started(request: HttpRequest, entity_id: int, after: int) -> HttpResponse:
    """Waits for the night of an entity that comes after run number `after`, and leads to its page, which follows it."""
    entity = get_object_or_404(entities_of(request.user), pk=entity_id)
    run = Run.objects.filter(entity=entity, pk__gt=after).order_by("pk").first()
    if run is None:
        title = _("The night of %(entity)s is starting") % {"entity": entity.legal_name}
        context = {**admin.site.each_context(request), "title": title, "entity": entity, "after": after}
        return render(request, "admin/engine/run/started.html", context)
    url = reverse("admin:engine_run_change", args=[run.pk])
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
