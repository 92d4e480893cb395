"""Is this process alive, and may it be given requests?

A middleware and not a view: it must answer whatever host name the probe uses, before sessions and redirects. Probes are
open to the network: they name no entity and no server, the log has the rest.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from kombu import Connection
from kombu.exceptions import OperationalError

from config import nights

BROKER_TIMEOUT_S = 2
OK, SILENT = "ok", "error"

log = structlog.get_logger(__name__)


def database() -> str:
    """Whether the database answers, in a word."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        log.error("not_ready", silent="database", error=str(error))
        return SILENT
    return OK


def broker() -> str:
    """Whether the broker takes a connection, in a word."""
    try:
        with Connection(settings.CELERY_BROKER_URL, connect_timeout=BROKER_TIMEOUT_S) as opened:
            opened.ensure_connection(max_retries=1, timeout=BROKER_TIMEOUT_S)
    except (OperationalError, OSError) as error:
        log.error("not_ready", silent="broker", error=str(error))
        return SILENT
    return OK


def night(at: datetime) -> dict[str, Any]:
    """The oldest last night among live entities: its age in hours (None without any), and whether one is late."""
    ages = nights.ages(at)
    hours = [round(age.total_seconds() / 3600, 1) for age in ages.values()]
    return {
        "age_hours": max(hours, default=None),
        "late": any(map(nights.is_late, ages.values())),
    }


def readiness(at: datetime) -> JsonResponse:
    """200 when database and broker answer, else 503.

    A late night is told, and alerts watch it, but it does not take the site away from the people who must see to it.
    """
    said: dict[str, Any] = {"database": database(), "broker": broker()}
    serves = all(answer == OK for answer in said.values())
    if said["database"] == OK:
        said["night"] = night(at)
    return JsonResponse(said, status=200 if serves else 503, headers={"Cache-Control": "no-store"})


class HealthMiddleware:
    """Answers /healthz/live and /healthz/ready; everything else goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The probe's answer, or the page asked for."""
        if request.path == "/healthz/live":
            return HttpResponse(OK, content_type="text/plain")
        if request.path == "/healthz/ready":
            return readiness(timezone.now())
        return self.get_response(request)
