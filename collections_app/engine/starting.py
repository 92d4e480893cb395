"""The button that starts a night, and the page that waits for it and then leads to it, or says why none began."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from collections_app.engine.asked import ask_night, run_of
from collections_app.engine.exceptions import NightRefused
from collections_app.engine.failures import failure_sentence
from collections_app.engine.forms import StartForm
from collections_app.engine.models import AskedNight
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
    entity, at = form.cleaned_data["entity"], timezone.now()
    assert isinstance(request.user, User)
    try:
        asked = ask_night(entity, on=today(entity, at), by=request.user, at=at)
    except NightRefused as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(reverse("admin:engine_run_changelist"))
    return HttpResponseRedirect(reverse("admin:engine_run_started", args=[asked.pk]))


def started(request: HttpRequest, object_id: int) -> HttpResponse:
    """Waits for the night somebody asked for and leads to its page, which follows it; tells why none began."""
    mine = AskedNight.objects.filter(entity__in=entities_of(request.user)).select_related("entity")
    asked = get_object_or_404(mine, pk=object_id)
    if run := run_of(asked):
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
