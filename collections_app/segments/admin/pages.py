"""Beside the editor: order, archive, members, and why a customer is in a group."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from collections_app.segments import operations
from collections_app.segments.criteria import WrongCriteria, parse
from collections_app.segments.forms import WhyForm
from collections_app.segments.models import Group, Membership
from collections_app.segments.operations import GroupRefused
from collections_app.segments.queries import Why, why
from collections_app.segments.wording import sentence
from crm.accounts.calendars import today
from crm.accounts.models import Entity
from crm.accounts.queries import entities_of
from crm.core.backoffice import row_of
from crm.core.keys import key_in
from crm.core.remembering import remembering
from crm.customers.models import Customer

if TYPE_CHECKING:
    from collections_app.segments.admin.groups import GroupAdmin

FOLDER = "admin/segments/group/"
MEMBERS_ON_A_PAGE = 50


def bound(model_admin: "GroupAdmin", view: Callable[..., HttpResponseBase]) -> Any:
    """A view of ours `view(model_admin, request, …)` behind the login of the admin."""

    def wrapped(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return view(model_admin, request, **kwargs)

    return model_admin.admin_site.admin_view(wrapped)


def opened(model_admin: "GroupAdmin", request: HttpRequest, pk: Any, *, to_write: bool = False) -> Group:
    """The group, when the person may see it (or write it). Raises Http404, PermissionDenied."""
    group: Group = row_of(model_admin.get_queryset(request).select_related("entity"), pk)
    allowed = model_admin.has_change_permission if to_write else model_admin.has_view_permission
    if not allowed(request, group):
        raise PermissionDenied
    return group


def context(model_admin: "GroupAdmin", request: HttpRequest, **more: Any) -> dict[str, Any]:
    """What every page about groups needs."""
    may_write = model_admin.has_change_permission(request)
    return {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, "may_write": may_write, **more}


def in_words(group: Group) -> str:
    """Its criteria as a sentence."""
    if group.is_default:
        return _("all those no other group takes")
    try:
        return sentence(parse(group.criteria), group.entity)
    except WrongCriteria as wrong:
        return _("To correct: %(problem)s") % {"problem": wrong.message}


def move(model_admin: "GroupAdmin", request: HttpRequest, pk: int, way: str) -> HttpResponse:
    """Earlier or later in the order."""
    return done(model_admin, request, pk, lambda group, user: operations.move(group, up=way == "up", by=user))


def archive(model_admin: "GroupAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    """Out of the order; the editor puts it in use again."""
    return done(model_admin, request, pk, lambda group, user: operations.archive(group, by=user))


def done(model_admin: "GroupAdmin", request: HttpRequest, pk: int, work: Callable[[Group, Any], None]) -> HttpResponse:
    """Do the work and go back to the list, with the reason when it is refused."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        work(opened(model_admin, request, pk, to_write=True), request.user)
    except GroupRefused as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(reverse("admin:segments_group_changelist"))


def members(model_admin: "GroupAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    """Who is in the group now, fifty at a time, by the key of the last customer shown."""
    group = opened(model_admin, request, pk)
    rows = Membership.objects.filter(group=group, to_on__isnull=True).select_related("customer").order_by("customer_id")
    after = key_in(request.GET.get("after", "")) or 0
    found = list(rows.filter(customer_id__gt=after)[: MEMBERS_ON_A_PAGE + 1])
    shown = found[:MEMBERS_ON_A_PAGE]
    more = {"group": group, "members": shown, "next": shown[-1].customer_id if len(found) > len(shown) else None}
    return render(request, f"{FOLDER}members.html", context(model_admin, request, title=group.name, **more))


@remembering()
def explain(model_admin: "GroupAdmin", request: HttpRequest) -> HttpResponse:
    """Why is he in this group: the question for any customer and date, and its answer."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    entities = entities_of(request.user).order_by("code")
    first = entities.first()
    given = request.GET if "customer" in request.GET else None
    form = WhyForm(given, entities=entities, initial={"entity": request.GET.get("entity") or first})
    more: dict[str, Any] = {"form": form, "title": _("Why is a customer in a group?")}
    if given is not None and form.is_valid():
        asked = form.cleaned_data
        more |= answer(asked["entity"], asked["customer"], asked["on"], request.user)
    return render(request, f"{FOLDER}why.html", context(model_admin, request, **more))


def answer(entity: Entity, words: str, on: Any, user: Any) -> dict[str, Any]:
    """The explanation for the one customer who answers, or those among whom to choose."""
    found = list(answering(entity, words, user)[:9])
    if len(found) != 1:
        return {"candidates": found, "nobody": not found}
    now = today(entity, timezone.now())
    told: Why = why(found[0], on or now, past=bool(on and on < now))
    return {"why": told, "customer": found[0], "history": history(found[0])}


def answering(entity: Entity, words: str, user: Any) -> QuerySet[Customer]:
    """By account, exactly, or else by part of the name."""
    mine = Customer.objects.visible_to(user).filter(entity=entity).select_related("entity").order_by("name")
    exact = mine.filter(external_id=words.strip())
    return exact if exact.exists() else mine.filter(name__icontains=words.strip())


def history(customer: Customer) -> QuerySet[Membership]:
    """His last memberships, the present one first."""
    return Membership.objects.filter(customer=customer).select_related("group").order_by("-from_on")[:12]
