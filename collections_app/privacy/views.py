"""The rights of a person over what is kept about him: what he asks, the copy of his file, and its end."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any, cast

from django.contrib import messages
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from collections_app.privacy import exports, purges, requests, telling
from collections_app.privacy.forms import AnswerForm, RequestForm, RetentionForm
from collections_app.privacy.models import Anonymised, PersonExport, Purge, PurgeState, Request, Retention
from collections_app.privacy.periods import Law, NoPeriod
from collections_app.privacy.rules import answers_people, purges as purges_rule, sees_purges
from crm.accounts.calendars import today
from crm.accounts.models import Entity, User
from crm.accounts.queries import entities_of
from crm.core.access import opened_to
from crm.customers.models import Customer
from crm.customers.views.kept import customer_of, leads_to_kept

SHOWN = 20
# Requests that wait, the next one due first.
LISTED = 200
# Purges of an entity.
LAST = 5


@require_GET
@opened_to(answers_people)
@leads_to_kept
def personal_data(request: HttpRequest, pk: int) -> HttpResponse:
    """What a customer asked of his data, the copies of his file, and the forms; asked by htmx, the copies alone."""
    customer = customer_of(request, pk)
    if request.headers.get("HX-Request"):
        return render(request, "privacy/_copies.html", _copies(customer))
    return _page(request, customer)


def _page(
    request: HttpRequest, customer: Customer, *, form: RequestForm | None = None, wrong: AnswerForm | None = None
) -> HttpResponse:
    """The page, with the form that was refused where one was."""
    on = today(customer.entity, timezone.now())
    asked = (
        Request.objects.filter(customer=customer)
        .select_related("answered_by")
        .order_by(F("answered_on").desc(nulls_first=True), "-pk")
    )
    rows = [
        {"request": each, "left": each.days_left(on), "form": None if each.answered_on else _form_of(each, wrong, on)}
        for each in asked
    ]
    context = {
        "requests": rows,
        "form": form or RequestForm(initial={"received_on": on}),
        "gone": Anonymised.objects.filter(customer=customer).first(),
        "why": telling.STAYS.get(purges.why_he_stays(customer, at=timezone.now()), ""),
        **_copies(customer),
    }
    return render(request, "privacy/personal_data.html", context, status=422 if form or wrong else 200)


def _form_of(asked: Request, wrong: AnswerForm | None, on: date) -> AnswerForm:
    if wrong and wrong.instance.pk == asked.pk:
        return wrong
    return AnswerForm(initial={"answered_on": on}, instance=asked, auto_id=f"answer-{asked.pk}-%s")


def _copies(customer: Customer) -> dict[str, Any]:
    found = PersonExport.objects.filter(customer=customer).select_related("asked_by").order_by("-asked_at", "-pk")
    copies = list(found[:SHOWN])
    return {"customer": customer, "copies": copies, "under_way": any(not copy.finished_at for copy in copies)}


@require_POST
@opened_to(answers_people)
@leads_to_kept
def record_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what a customer asked of his data."""
    customer = customer_of(request, pk)
    form = RequestForm(request.POST)
    if form.is_valid():
        try:
            requests.record_request(customer, by=cast(User, request.user), at=timezone.now(), **form.cleaned_data)
        except requests.RequestRefused as refused:
            form.add_error("received_on", str(refused))
    if not form.is_valid():
        return _page(request, customer, form=form)
    messages.success(request, _("The request is recorded."))
    return redirect("personal_data", pk)


@require_POST
@opened_to(answers_people)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the answer to a request, or the two months more it takes."""
    visible = Customer.objects.visible_to(request.user)
    asked = get_object_or_404(
        Request.objects.select_related("customer__entity", "hold").filter(customer__in=visible.values("pk")), pk=pk
    )
    if "extend" in request.POST:
        return _extended(request, asked)
    form = AnswerForm(request.POST, instance=asked, auto_id=f"answer-{asked.pk}-%s")
    if form.is_valid():
        given = form.cleaned_data
        try:
            requests.answer(
                asked,
                outcome=given["outcome"],
                text=given["answer"],
                answered_on=given["answered_on"],
                by=cast(User, request.user),
                at=timezone.now(),
            )
        except requests.RequestRefused as refused:
            form.add_error(None, str(refused))
    if not form.is_valid():
        return _page(request, asked.customer, wrong=form)
    messages.success(request, _("The answer is kept."))
    return redirect("personal_data", asked.customer_id)


def _extended(request: HttpRequest, asked: Request) -> HttpResponse:
    try:
        requests.extend(asked, why=request.POST.get("why", ""), by=cast(User, request.user), at=timezone.now())
    except requests.RequestRefused as refused:
        messages.error(request, str(refused))
    return redirect("personal_data", asked.customer_id)


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
    """Requests that wait, how long each entity keeps what, its last purges; a POST counts."""
    if request.method == "POST":
        return _count(request)
    now = timezone.now()
    entities = list(entities_of(request.user).order_by("code"))
    law, lately = Law.of(entities), _purges_lately(entities)
    houses = [_house(entity, law, at=now) | {"purges": lately[entity.pk]} for entity in entities]
    waiting = requests.open_requests(Customer.objects.visible_to(request.user))[:LISTED]
    rows = [{"request": each, "left": each.days_left(today(each.customer.entity, now))} for each in waiting]
    context = {"houses": houses, "requests": rows, "may_purge": purges_rule(request.user)}
    return render(request, "privacy/retention.html", context)


def _count(request: HttpRequest) -> HttpResponse:
    entity = _entity(request, request.POST.get("entity", ""))
    try:
        asked = purges.ask_purge(entity, by=cast(User, request.user), at=timezone.now())
    except purges.PurgeRefused as refused:
        messages.warning(request, str(telling.REFUSED[refused.code]))
        return redirect("retention")
    return redirect("purge", asked.pk)


def _entity(request: HttpRequest, key: str) -> Entity:
    return get_object_or_404(entities_of(request.user), pk=int(key) if key.isdecimal() else 0)


def _house(entity: Entity, law: Law, *, at: datetime) -> dict[str, Any]:
    try:
        known = law.periods(entity, on=today(entity, at))
    except NoPeriod:
        known = {}
    rows = [{"label": telling.PERIODS[kind], "period": period} for kind, period in known.items()]
    return {"entity": entity, "rows": rows, "own": law.chosen.get(entity.pk)}


def _purges_lately(entities: list[Entity]) -> dict[int, list[Purge]]:
    """The last purges of each of these entities."""
    place = Window(RowNumber(), partition_by=F("entity"), order_by=F("pk").desc())
    last = Purge.objects.filter(entity__in=entities).annotate(place=place).filter(place__lte=LAST)
    lately: dict[int, list[Purge]] = defaultdict(list)
    for found in last.select_related("asked_by", "confirmed_by").order_by("-pk"):
        lately[found.entity_id].append(found)
    return lately


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
        messages.error(request, str(telling.REFUSED[refused.code]))
    return redirect("purge", pk)
