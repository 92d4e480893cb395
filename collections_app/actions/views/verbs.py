"""What a person does from the list and the panel: the same views for one action and for many."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext as _, ngettext
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from collections_app.actions import bulk, operations, queries
from collections_app.actions.deeds import remembered, touches_others
from collections_app.actions.forms import CompleteForm, ReassignForm, SkipForm, SnoozeForm
from collections_app.actions.labels import Outcome
from collections_app.actions.later import DayRefused
from collections_app.actions.models import Action, Deed
from collections_app.actions.states import ActionRefused
from collections_app.actions.views.left import tell_left
from crm.accounts.calendars import days_at
from crm.accounts.models import User
from crm.accounts.queries import colleagues_of, working
from crm.accounts.rules import works_customers
from crm.core import formats
from crm.core.access import opened_to
from crm.core.keys import keys_in
from crm.customers.reach import reach_of

MOST_AT_ONCE = 1000


def colleagues(user: User) -> Any:
    """Who an action may be handed to: people in use who work customers in the entities of `user`."""
    return working(colleagues_of(user)).order_by("last_name")


def bulk_forms(user: User) -> list[dict[str, Any]]:
    """The dialogs of the bar shown when rows are ticked."""
    reassigning = ReassignForm(auto_id="bulk_reassign_%s", colleagues=colleagues(user))
    language = get_language()
    return [
        _dialog("complete", _("Mark as done"), _blank(CompleteForm, "complete", language)),
        _dialog("snooze", _("Put off"), _blank(SnoozeForm, "snooze", language)),
        _dialog("reassign", _("Hand over"), reassigning),
        _dialog("skip", _("Skip the step"), _blank(SkipForm, "skip", language)),
    ]


@lru_cache(maxsize=50)
def _blank(form: type[forms.Form], name: str, language: str) -> SafeString:
    """An empty form, the same for everybody."""
    return form(auto_id=f"bulk_{name}_%s").render()


def _dialog(name: str, title: str, form: forms.Form | SafeString) -> dict[str, Any]:
    return {"name": name, "title": title, "form": form, "url": reverse(f"actions_{name}")}


@require_POST
@opened_to(works_customers)
def complete(request: HttpRequest) -> HttpResponse:
    """Close the actions with an outcome."""
    return _act(request, "complete", CompleteForm(request.POST), _complete)


@require_POST
@opened_to(works_customers)
def skip(request: HttpRequest) -> HttpResponse:
    """Pass the steps with a reason."""
    return _act(request, "skip", SkipForm(request.POST), _skip)


@require_POST
@opened_to(works_customers)
def snooze(request: HttpRequest) -> HttpResponse:
    """Put the actions off to a day."""
    return _act(request, "snooze", SnoozeForm(request.POST), _snooze)


@require_POST
@opened_to(works_customers)
def reassign(request: HttpRequest) -> HttpResponse:
    """Hand the actions to a person or back to the team."""
    assert isinstance(request.user, User)
    return _act(request, "reassign", ReassignForm(request.POST, colleagues=colleagues(request.user)), _reassign)


def done(name: str, given: dict[str, Any]) -> str:
    """What a verb did, as a person reads it after the name of the customer."""
    match name, given:
        case "complete", {"outcome": outcome}:
            return str(Outcome(outcome).label)
        case "snooze", {"until": until}:
            return _("put off until %(day)s") % {"day": formats.day(until)}
        case "reassign", {"to": None}:
            return _("handed back to the team")
        case "reassign", {"to": owner}:
            return _("handed to %(owner)s") % {"owner": owner}
    return _("step skipped")


def _complete(keys: list[int], given: dict[str, Any], common: dict[str, Any]) -> int:
    return bulk.complete(keys, outcome=Outcome(given["outcome"]), note=given["note"], **common)


def _skip(keys: list[int], given: dict[str, Any], common: dict[str, Any]) -> int:
    return bulk.skip(keys, reason=given["reason"], **common)


def _snooze(keys: list[int], given: dict[str, Any], common: dict[str, Any]) -> int:
    days = days_at(common["at"])
    entities = Action.objects.filter(pk__in=keys).values_list("entity", flat=True).distinct()
    latest = max((days.of(entity) for entity in entities), default=days.usual)
    return bulk.snooze(keys, until=given["until"], on=latest, **common)


def _reassign(keys: list[int], given: dict[str, Any], common: dict[str, Any]) -> int:
    # Who does not see the customer would never find the task: it stays where it is.
    found = queries.of_colleagues(keys, given["to"]).values_list("pk", flat=True) if given["to"] else keys
    return bulk.reassign(found, to=given["to"], **common)


def _act(
    request: HttpRequest, name: str, form: forms.Form, verb: Callable[[list[int], dict[str, Any], dict[str, Any]], int]
) -> HttpResponse:
    assert isinstance(request.user, User)
    asked = keys_of(request)
    customers = dict(queries.of_colleagues(asked, request.user).values_list("pk", "customer__name"))
    keys = list(customers)
    if not form.is_valid():
        return _refuse(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    now = timezone.now()
    try:
        with remembered(keys, by=request.user, at=now) as doing:
            moved = verb(keys, form.cleaned_data, {"by": request.user, "at": now})
    except (DayRefused, bulk.ReasonMissing) as refusal:
        return _refuse(request, str(refusal))
    whose = next(iter(customers.values())) if len(customers) == 1 else ""
    _tell_moved(request, moved, whose, done(name, form.cleaned_data), doing.deed)
    touched = [row["id"] for row in doing.deed.after] if doing.deed else []
    tell_left(request, name, asked, touched, **form.cleaned_data)
    return back(request)


def _refuse(request: HttpRequest, text: str) -> HttpResponse:
    """Say why nothing was done; what the panel showed stays open, to be done otherwise."""
    messages.error(request, text)
    keys = keys_of(request) if "then" in request.POST else []
    return back(request, str(keys[0]) if keys else "")


@require_POST
@opened_to(works_customers)
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo what the person did a few minutes ago, and show it. All of it or nothing: who no longer sees one of the
    customers it was done with finds nothing to undo."""
    assert isinstance(request.user, User)
    deed = Deed.objects.filter(pk=pk).first()
    if deed and touches_others(deed, reach_of(request.user).of("customer__")):
        raise Http404
    named = Action.objects.filter(pk__in=deed.actions if deed else ())
    customers = dict(named.values_list("pk", "customer__name"))
    following = ""
    try:
        taken = operations.take_back(pk, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        whose = customers[taken.actions[0]] if len(taken.actions) == 1 else ""
        _tell_moved(request, len(taken.actions), whose, _("taken back"))
        _tell_some(request, messages.WARNING, len(taken.left), _gone_on)
        _tell_some(request, messages.INFO, len(taken.closed), _closed)
        following = next((str(key) for key in taken.actions if key not in taken.closed), "")
    return leave(request, back(request, following))


def keys_of(request: HttpRequest) -> list[int]:
    """The actions a form names, each once."""
    return keys_in(request.POST.getlist("action"))[:MOST_AT_ONCE]


def _tell_moved(request: HttpRequest, moved: int, whose: str, what: str, deed: Deed | None = None) -> None:
    if moved and whose:
        tell_done(request, _("%(customer)s: %(what)s.") % {"customer": whose, "what": what}, deed)
    elif moved:
        text = ngettext("%(count)d action: %(what)s.", "%(count)d actions: %(what)s.", moved)
        tell_done(request, text % {"count": moved, "what": what}, deed)


def _gone_on(left: int) -> str:
    return ngettext(
        "%(count)d action stays as it is: a colleague, or the night, has gone on from there since.",
        "%(count)d actions stay as they are: a colleague, or the night, has gone on from there since.",
        left,
    )


def _closed(closed: int) -> str:
    return ngettext(
        "%(count)d action does not wait again: what it asks for was paid or suspended meanwhile.",
        "%(count)d actions do not wait again: what they ask for was paid or suspended meanwhile.",
        closed,
    )


def _tell_some(request: HttpRequest, level: int, count: int, worded: Callable[[int], str]) -> None:
    if count:
        messages.add_message(request, level, worded(count) % {"count": count})


def tell_done(request: HttpRequest, text: str, deed: Deed | None) -> None:
    """Say what was done, with the button that takes it back (components/notice.html)."""
    undo = reverse("action_take_back", args=[deed.pk]) if deed else ""
    messages.success(request, text, extra_tags=undo)


def leave(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """The same redirection, of the whole page where htmx asks."""
    return HttpResponseClientRedirect(answer["Location"]) if request.headers.get("HX-Request") == "true" else answer


def back(request: HttpRequest, following: str = "") -> HttpResponse:
    """To the list as it was, with the action `following` open, else the next one where the page says which it is."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    path, _mark, query = (target if safe and target else reverse("worklist")).partition("?")
    kept = [(name, value) for name, value in parse_qsl(query) if name not in ("open", "after")]
    following = following or _following(request.POST.get("then", "").split(","))
    opened = [("open", following)] if following else []
    return HttpResponseRedirect(f"{path}?{urlencode(kept + opened)}" if kept or opened else path)


def _following(given: list[str]) -> str:
    """The first of the actions the page names that is still open; of one alone nothing is asked."""
    keys = keys_in(given)[:MOST_AT_ONCE]
    if len(keys) < 2:
        return str(keys[0]) if keys else ""
    still = set(Action.objects.open().filter(pk__in=keys).values_list("pk", flat=True))
    return next((str(key) for key in keys if key in still), "")
