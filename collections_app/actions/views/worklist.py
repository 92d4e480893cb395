"""The to-do list."""

from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from collections_app.actions import counting, queries, wider
from collections_app.actions.chips import chips
from collections_app.actions.forms import WorklistFilters
from collections_app.actions.kpis import kpis
from collections_app.actions.models import SavedView
from collections_app.actions.tables import WorklistTable
from collections_app.actions.views.panel import panel_context
from collections_app.actions.views.verbs import bulk_forms
from crm.accounts.calendars import days_at
from crm.accounts.models import User
from crm.accounts.rules import reads_pages, works_customers
from crm.core import keyset
from crm.core.access import opened_to
from crm.core.keys import key_in

PAGE_SIZE = 50
SHORTCUTS = (
    ("j k", gettext_lazy("Next row, previous row")),
    (pgettext_lazy("keyboard", "Enter"), gettext_lazy("Open the row")),
    ("n", gettext_lazy("Open the next action")),
    ("e", gettext_lazy("Done, with its outcome")),
    ("z", gettext_lazy("Put off")),
    ("s", gettext_lazy("Send, or approve and send")),
    ("p", gettext_lazy("Read the text or the call script")),
    ("c", gettext_lazy("Call the first number")),
    ("u", gettext_lazy("Take back what was just done")),
    ("x", gettext_lazy("Tick the row")),
    ("→", gettext_lazy("Page of the customer")),
)


@require_GET
@opened_to(reads_pages)
def worklist(request: HttpRequest) -> HttpResponse:
    """The page, or the list alone when htmx asks for it; `after` continues a list."""
    assert isinstance(request.user, User)
    filters = WorklistFilters(request.GET, user=request.user, days=days_at(timezone.now()))
    counters = counting.counters(filters)
    context = _list_context(request, filters, counters)
    context |= _frame_context(filters, counters) | _opened(request.GET.get("open", ""), filters)
    fragment = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target") != "body"
    return render(request, "actions/_list.html" if fragment else "actions/worklist.html", context)


def _list_context(request: HttpRequest, filters: WorklistFilters, counters: counting.Counters) -> dict[str, Any]:
    name = request.GET.get("sort", "-rank")
    sort = queries.sort_of(name)
    found = queries.sortable(filters.narrow(queries.worklist(filters.user)), filters.days, sort)
    pick = partial(queries.first_rows, filters, counters.total > counting.COUNTED) if counters.total else queries.none
    try:
        page = keyset.page(found, sort, after=request.GET.get("after", ""), size=PAGE_SIZE, pick=pick)
    except keyset.BadCursor as error:
        raise BadRequest from error
    table = WorklistTable(page.rows, days=filters.days, order_by=name)
    shown = {"filters": filters, "page": page, "table": table, "may_work": works_customers(filters.user)}
    if page.rows:
        return shown
    return shown | {"asked_within": wider.asked_within(filters), "elsewhere": wider.elsewhere(filters)}


def _opened(key: str, filters: WorklistFilters) -> dict[str, Any]:
    """The panel of the action the address opens, when it is one of the person's."""
    number = key_in(key)
    if number is None:
        return {}
    rows = queries.with_row(queries.worklist(filters.user), filters.days)
    wanted = rows.filter(pk=number).first()
    return {"panel": panel_context(wanted, filters.user, filters.days.of(wanted.entity_id))} if wanted else {}


def _frame_context(filters: WorklistFilters, counters: counting.Counters) -> dict[str, Any]:
    return {
        "shortcuts": SHORTCUTS,
        "kpis": kpis(filters, counters),
        "total": counters.total,
        "most": counting.COUNTED,
        "counters": counters,
        "choices": _choices(filters, _said(filters, counters)),
        "chips": chips(filters),
        "views": SavedView.objects.filter(user=filters.user),
        "bulk": bulk_forms(filters.user),
    }


def _said(filters: WorklistFilters, counters: counting.Counters) -> dict[str, str]:
    """The number beside each choice, by its name."""
    portfolios = counting.portfolio_counters(filters)
    said = {name: counters.said(name) for name in counters.numbers}
    return said | {f"portfolio_{name}": counting.said(number) for name, number in portfolios.items()}


def _choices(filters: WorklistFilters, numbers: dict[str, str]) -> list[dict[str, Any]]:
    """Groups of boxes with the number beside each."""
    groups = (("state", "radio"), ("channel", "checkbox"), ("age", "checkbox"), ("portfolio", "radio"))
    return [
        {"name": name, "kind": kind, "label": filters.fields[name].label, "options": _options(filters, name, numbers)}
        for name, kind in groups
    ]


def _options(filters: WorklistFilters, name: str, numbers: dict[str, str]) -> list[dict[str, Any]]:
    chosen = filters.value(name)
    return [
        {
            "value": value,
            "label": label,
            "chosen": value in chosen if isinstance(chosen, list) else value == chosen,
            "count": numbers.get(f"{name}_{value}"),
        }
        for value, label in filters.fields[name].choices  # type: ignore[attr-defined]
    ]


@require_POST
@opened_to(reads_pages)
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the address under a name; the same name again replaces it."""
    assert isinstance(request.user, User)
    name = request.POST.get("name", "").strip()[:60] or _("My view")
    given = parse_qsl(request.POST.get("query", "").lstrip("?"))
    # A view is a list from its first row on, whatever is open beside it.
    query = urlencode([(key, value) for key, value in given if key not in ("after", "open")])[:1000]
    SavedView.objects.update_or_create(user=request.user, name=name, defaults={"query": query})
    return HttpResponseRedirect(f"{reverse('worklist')}?{query}")


@require_POST
@opened_to(reads_pages)
def forget_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove one of one's own views."""
    assert isinstance(request.user, User)
    get_object_or_404(SavedView, pk=pk, user=request.user).delete()
    return HttpResponseRedirect(reverse("worklist"))
