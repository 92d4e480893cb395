from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from collections_app.dashboards import queries
from collections_app.dashboards.rules import supervises
from crm.accounts.calendars import days_at
from crm.core.access import opened_to


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
