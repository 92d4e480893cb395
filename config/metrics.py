"""Prometheus metrics, closed to everyone who shows no token and comes from no listed network."""

import ipaddress
import os
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from config.watching import figures as watching
from config.watching.gauges import GAUGES


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
    return any(caller in network for network in settings.METRICS_NETWORKS)


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
    """The figures of the house, read when they are asked for. Labels name entities by their code, and no person."""

    def collect(self) -> Iterator[Metric]:
        """Every gauge, also one that has nothing to say: dashboards and alerts find its name."""
        figures = watching.recent(timezone.now())
        for name, (text, labels, measure) in GAUGES.items():
            gauge = GaugeMetricFamily(name, text, labels=labels)
            for values, number in measure(figures):
                gauge.add_metric(values, number)
            yield gauge
