"""The rights of a person over what is kept about him: the copy of his file, and its end."""

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from collections_app.privacy import exports, purges, telling
from collections_app.privacy.forms import RetentionForm
from collections_app.privacy.models import Anonymised, PersonExport, Purge, PurgeState, Retention
from collections_app.privacy.periods import NoPeriod, periods
from collections_app.privacy.rules import answers_people, purges as purges_rule, sees_purges
from crm.accounts.calendars import today
from crm.accounts.models import Entity, User
from crm.accounts.queries import entities_of
from crm.core.access import opened_to
from crm.customers.models import Customer
from crm.customers.views.kept import customer_of, leads_to_kept

SHOWN = 20


@require_GET
@opened_to(answers_people)
@leads_to_kept
def personal_data(request: HttpRequest, pk: int) -> HttpResponse:
    """Copies of the file of a customer, and the button to ask for one; asked by htmx, the list alone."""
    customer = customer_of(request, pk)
    copies = list(
        PersonExport.objects.filter(customer=customer).select_related("asked_by").order_by("-asked_at", "-pk")[:SHOWN]
    )
    gone = Anonymised.objects.filter(customer=customer).first()
    context = {
        "customer": customer,
        "gone": gone,
        "copies": copies,
        "under_way": any(not copy.finished_at for copy in copies),
    }
    template = "privacy/_copies.html" if request.headers.get("HX-Request") else "privacy/personal_data.html"
    return render(request, template, context)


@require_POST
@opened_to(answers_people)
@leads_to_kept
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a copy of the file made."""
    customer = customer_of(request, pk)
    exports.ask_export(customer, by=cast(User, request.user), at=timezone.now())
    messages.success(request, _("The copy is being made: this page shows when it is ready."))
    return redirect("personal_data", pk)


@require_GET
@opened_to(answers_people)
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The copy, to hand to the person; the journal keeps who took it."""
    visible = Customer.objects.visible_to(request.user)
    copies = PersonExport.objects.filter(customer__in=visible.values("pk")).select_related("customer")
    copy = get_object_or_404(copies, pk=pk)
    if not copy.ready:
        raise Http404
    exports.note(copy.customer, exports.READ, by=cast(User, request.user))
    name = f"{copy.customer.external_id}-{copy.asked_at:%Y%m%d}.zip"
    return FileResponse(copy.file.open(), as_attachment=True, filename=name)


@require_http_methods(["GET", "POST"])
@opened_to(sees_purges)
def retention(request: HttpRequest) -> HttpResponse:
    """How long each entity keeps what, its last purges, and the button that counts; a POST counts."""
    if request.method == "POST":
        return _count(request)
    now = timezone.now()
    houses = [_house(entity, at=now) for entity in entities_of(request.user).order_by("code")]
    return render(request, "privacy/retention.html", {"houses": houses, "may_purge": purges_rule(request.user)})


def _count(request: HttpRequest) -> HttpResponse:
    entity = _entity(request, request.POST.get("entity", ""))
    try:
        asked = purges.ask_purge(entity, by=cast(User, request.user), at=timezone.now())
    except purges.PurgeRefused as refused:
        messages.warning(request, telling.REFUSED[refused.code])
        return redirect("retention")
    return redirect("purge", asked.pk)


def _entity(request: HttpRequest, key: str) -> Entity:
    return get_object_or_404(entities_of(request.user), pk=int(key) if key.isdecimal() else 0)


def _house(entity: Entity, *, at: datetime) -> dict[str, Any]:
    try:
        known = periods(entity, on=today(entity, at))
    except NoPeriod:
        known = {}
    rows = [{"label": telling.PERIODS[kind], "period": period} for kind, period in known.items()]
    own = Retention.objects.filter(entity=entity).first()
    last = Purge.objects.filter(entity=entity).select_related("asked_by", "confirmed_by").order_by("-pk")[:5]
    return {"entity": entity, "rows": rows, "own": own, "purges": last}


@require_http_methods(["GET", "POST"])
@opened_to(purges_rule)
def retention_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Periods of an entity, and whether what nothing keeps goes by itself."""
    entity = _entity(request, str(pk))
    own = Retention.objects.filter(entity=entity).first() or Retention(entity=entity)
    form = RetentionForm(request.POST or None, instance=own, entity=entity, at=timezone.now())
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The changes are kept."))
        return redirect("retention")
    return render(request, "privacy/retention_change.html", {"entity": entity, "form": form})


@require_GET
@opened_to(sees_purges)
def purge(request: HttpRequest, pk: int) -> HttpResponse:
    """What a purge found or did; asked by htmx, its state alone."""
    found = _purge(request, pk)
    context = {
        "purge": found,
        "at_work": found.state in (PurgeState.COUNTING, PurgeState.RUNNING),
        "numbers": telling.numbers(found),
        "reasons": telling.reasons(found),
        "rules": telling.rules(found),
        "may_purge": purges_rule(request.user),
    }
    template = "privacy/_purge.html" if request.headers.get("HX-Request") else "privacy/purge.html"
    return render(request, template, context)


def _purge(request: HttpRequest, pk: int) -> Purge:
    seen = Purge.objects.filter(entity__in=entities_of(request.user)).select_related(
        "entity", "asked_by", "confirmed_by"
    )
    return get_object_or_404(seen, pk=pk)


@require_POST
@opened_to(purges_rule)
def purge_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin it, or give it up."""
    found = _purge(request, pk)
    if "give_up" in request.POST:
        purges.give_up(found, at=timezone.now())
        return redirect("retention")
    try:
        purges.confirm(found, typed=request.POST.get("typed", ""), by=cast(User, request.user), at=timezone.now())
    except purges.PurgeRefused as refused:
        messages.error(request, telling.REFUSED[refused.code])
    return redirect("purge", pk)
