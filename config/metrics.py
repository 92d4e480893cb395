"""Prometheus metrics, closed to everyone who shows no token and comes from no listed network."""

import ipaddress
import os
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from config import nights
from crm.events.models import Delivery
from telephony.messaging.models import Message
from telephony.messaging.states import MessageState

# Where a message still has somewhere to go, grouped as the partial indexes are: counting reads no other row.
MOVING_STATES = (
    (MessageState.PLANNED, MessageState.WAITING),
    (MessageState.RESERVED,),
    (MessageState.READY, MessageState.AMBIGUOUS),
)


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures of all web processes, then those of the house; 404 for a caller who may not know that they exist."""
    if not (_shows_token(request) or _comes_from_inside(request)):
        raise Http404
    body = generate_latest(_processes()) + generate_latest(_house())
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


def _shows_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    return bool(settings.METRICS_TOKEN) and constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}")


def _comes_from_inside(request: HttpRequest) -> bool:
    # What a proxy hands on comes from anywhere, though the proxy itself stands inside.
    if "X-Forwarded-For" in request.headers:
        return False
    try:
        caller = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(caller in ipaddress.ip_network(network) for network in settings.METRICS_NETWORKS)


def _processes() -> CollectorRegistry:
    """This process alone, or all of them when PROMETHEUS_MULTIPROC_DIR gives them a common folder."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry


def _house() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(HouseCollector())
    return registry


class HouseCollector:
    """Figures read from the database when they are asked for."""

    def collect(self) -> Iterator[Metric]:
        """Age of the nights, events not yet seen by their consumer, messages on their way."""
        yield self.night_ages()
        yield self.deliveries()
        yield self.messages()

    def night_ages(self) -> Metric:
        """Seconds since the end of the last night; +Inf for a live entity that never had one."""
        gauge = GaugeMetricFamily(
            "acquit_night_age_seconds", "Age of the last night of a live entity", labels=["entity"]
        )
        for code, age in nights.ages(timezone.now()).items():
            gauge.add_metric([code], age.total_seconds() if age else float("inf"))
        return gauge

    def deliveries(self) -> Metric:
        """Events each consumer still has to see."""
        gauge = GaugeMetricFamily("acquit_deliveries_waiting", "Events not yet processed", labels=["consumer"])
        waiting = Delivery.objects.filter(processed_at__isnull=True).order_by()
        for consumer, count in waiting.values_list("consumer").annotate(Count("pk")):
            gauge.add_metric([consumer], count)
        return gauge

    def messages(self) -> Metric:
        """Messages that have not reached a final state."""
        gauge = GaugeMetricFamily("acquit_messages", "Messages on their way", labels=["state"])
        for states in MOVING_STATES:
            moving = Message.objects.filter(state__in=states).order_by()
            for state, count in moving.values_list("state").annotate(Count("pk")):
                gauge.add_metric([state], count)
        return gauge
