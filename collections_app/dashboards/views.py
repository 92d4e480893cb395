from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from collections_app.dashboards import ageing, charts, export, performance, queries, telling
from collections_app.dashboards.forms import BY, AgedFilters, FiguresFilters
from collections_app.dashboards.rules import supervises
from crm.accounts.calendars import days_at, today
from crm.accounts.models import User
from crm.accounts.rules import reads_pages
from crm.core.access import opened_to
from crm.customers.reach import reach_of
from crm.receivables.search import found_by


@opened_to(supervises)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Supervision: last night, what was kept back and why, who has how much to do."""
    user, now = request.user, timezone.now()
    days = days_at(now)
    context = {
        "mornings": queries.mornings(user, at=now),  # type: ignore[arg-type]
        "workloads": queries.workloads(user, days=days),  # type: ignore[arg-type]
        "unassigned": queries.unassigned(user, days=days),  # type: ignore[arg-type]
        "unplanned": queries.unplanned(user, days=days),  # type: ignore[arg-type]
        "to_settle": queries.to_settle(user, at=now),  # type: ignore[arg-type]
        "trend": queries.trend(user),  # type: ignore[arg-type]
        "nights_failed": queries.nights_failed(user),  # type: ignore[arg-type]
    }
    return render(request, "dashboards/home.html", context)


@opened_to(reads_pages)
@require_GET
def aged_balance(request: HttpRequest) -> HttpResponse:
    """What is open by days late as the last night left it: by entity, group, collector, team, or customer by
    customer."""
    user = request.user
    assert isinstance(user, User)
    filters = AgedFilters(request.GET, offered=ageing.offered(user))
    sums = ageing.sums(user, filters.wanted, cut=filters.cut, cuts=filters.cuts)
    context: dict[str, Any] = {"filters": filters, "sums": sums, "heads": ageing.heads()}
    context |= {"totals": [one.total for one in sums], "cut_label": BY.get(filters.cut, "")}
    if filters.by_customer and sums:
        entity, currency = filters.wanted[0]
        after = request.GET.get("after", "")
        found = ageing.page(user, entity, _chosen(user, filters, entity.pk, currency), after=after)
        context |= {"page": found, "only": _only(request, filters)}
        if not filters.value("q"):
            context |= {"total": sums[0].total, "total_to_invoices": not filters.cuts}
    return render(request, "dashboards/aged.html", context)


def _only(request: HttpRequest, filters: AgedFilters) -> list[tuple[str, str, str]]:
    """Of whom a list is, by what it is called and with the address of the same list of everybody."""
    found = []
    for cut, name in ageing.named(filters.cuts):
        rest = request.GET.copy()
        for key in (cut, "after"):
            rest.pop(key, None)
        found.append((str(BY[cut]), name, f"?{rest.urlencode()}"))
    return found


@opened_to(reads_pages)
@require_GET
def aged_export(request: HttpRequest) -> StreamingHttpResponse:
    """The same lines in a file, all of them."""
    user = request.user
    assert isinstance(user, User)
    filters = AgedFilters(request.GET, offered=ageing.offered(user))
    written = export.written(_all_lines(user, filters), language=user.language)
    answer = StreamingHttpResponse(written, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="balance.csv"'
    return answer


def _all_lines(user: User, filters: AgedFilters) -> Iterator[tuple[ageing.Line, date]]:
    for one in ageing.sums(user, filters.wanted, cut=filters.cut, cuts=filters.cuts):
        lines: Any = one.lines if filters.cut else [one.total]
        if filters.by_customer:
            lines = ageing.every_account(user, one.entity, _chosen(user, filters, one.entity.pk, one.currency))
        yield from ((line, one.on) for line in lines)


@opened_to(supervises)
@require_GET
def performance_page(request: HttpRequest) -> HttpResponse:
    """How soon an entity is paid and how well what is late is collected: its last twelve complete months."""
    user = request.user
    assert isinstance(user, User)
    filters = FiguresFilters(request.GET, offered=performance.offered(user))
    context: dict[str, Any] = {"filters": filters, "days": performance.ACTIONS_DAYS}
    if filters.wanted:
        entity, currency = filters.wanted[0]
        on = today(entity, timezone.now())
        told = performance.told(entity, currency, on=on)
        heads, doers = performance.done(entity, since=on - timedelta(days=performance.ACTIONS_DAYS))
        context |= {"entity": entity, "currency": currency, "told": told, "heads": heads}
        context |= {"charts": charts.of(told, currency), "figures": telling.figures(told, currency)}
        context |= {"people": [(one.user or "—", one.all, list(zip(heads, one.counts, strict=True))) for one in doers]}
    return render(request, "dashboards/performance.html", context)


def _chosen(user: User, filters: AgedFilters, entity: int, currency: str) -> ageing.Chosen:
    words = filters.value("q")
    return ageing.Chosen(entity, currency, filters.cuts, found_by(words, reach_of(user)) if words else None)
