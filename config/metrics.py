"""Prometheus metrics, closed to everyone who shows no token and comes from no listed network."""

import ipaddress

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django_prometheus.exports import ExportToDjangoView


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures of this process; 404 for a caller who is not allowed to know that they exist."""
    if not (_shows_token(request) or _comes_from_inside(request)):
        raise Http404
    return ExportToDjangoView(request)


def _shows_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    return bool(settings.METRICS_TOKEN) and constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}")


def _comes_from_inside(request: HttpRequest) -> bool:
    try:
        caller = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(caller in ipaddress.ip_network(network) for network in settings.METRICS_NETWORKS)
