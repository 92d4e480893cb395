"""What a person must know before he trusts a page: rehearsals, training, what was held."""

from datetime import timedelta
from typing import Any

from django import template
from django.db.models import Q
from django.utils import timezone

from collections_app.engine.models import MorningReport, ReportState
from collections_app.engine.morning.wording import anomaly_sentence
from collections_app.segments.models import Rehearsal
from crm.accounts.models import Entity
from crm.accounts.queries import entities_of, houses_of
from telephony.messaging.models import SendingDay

register = template.Library()
MOST = 20


@register.inclusion_tag("engine/_rehearsing.html")
def rehearsing_banner(user: Any) -> dict[str, Any]:
    """Names the person's entities from which nothing, or not everything, leaves; one query."""
    rehearsing = Q(rehearsing_since__isnull=False) | Q(groups__rehearsal=Rehearsal.REHEARSING, groups__archived=False)
    houses = houses_of(user).values("pk")
    found = Entity.objects.filter(rehearsing | Q(training=True), pk__in=houses).distinct().order_by("code")
    return {"entities": list(found)}


@register.inclusion_tag("engine/_to_settle.html")
def nights_to_settle(user: Any) -> dict[str, Any]:
    """Nights of the person's entities that hold messages, last nights that were unusual and held none, and the channels
    that reached their ceiling within a day; two queries."""
    mine = entities_of(user).values("pk")
    reports = MorningReport.objects.filter(entity__in=mine)
    last = reports.order_by("entity", "-on", "-pk").distinct("entity").values("pk")
    told = Q(state=ReportState.TOLD, pk__in=last)
    held = reports.filter(Q(state=ReportState.HELD) | told).select_related("entity")
    since = timezone.now() - timedelta(days=1)
    full = SendingDay.objects.filter(full_at__gte=since, entity__in=mine).select_related("entity")
    return {
        "reports": [
            {"report": report, "unusual": [anomaly_sentence(anomaly) for anomaly in report.anomalies]}
            for report in held.order_by("-on", "entity__code")[:MOST]
        ],
        "full": full.order_by("entity__code", "channel")[:MOST],
    }
