"""Is this process alive, and may it be given requests?

A middleware and not a view: it must answer whatever host name the probe uses, before sessions and redirects.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from kombu import Connection
from kombu.exceptions import OperationalError

BROKER_TIMEOUT_S = 2

Probe = Callable[[datetime], str]


@dataclass(frozen=True)
class Answer:
    """What each probe says; an empty sentence means that all is well."""

    problems: dict[str, str]

    @property
    def status(self) -> int:
        """200 when every probe is content, else 503."""
        return 503 if any(self.problems.values()) else 200

    def as_json(self) -> JsonResponse:
        """`{"database": "ok", "broker": "connection refused"}`."""
        said = {name: problem or "ok" for name, problem in self.problems.items()}
        return JsonResponse(said, status=self.status, headers={"Cache-Control": "no-store"})


def database(at: datetime) -> str:
    """Does the database answer?"""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return f"the database does not answer: {error}"
    return ""


def broker(at: datetime) -> str:
    """Does the broker take connections?"""
    try:
        with Connection(settings.CELERY_BROKER_URL, connect_timeout=BROKER_TIMEOUT_S) as broker_connection:
            broker_connection.ensure_connection(max_retries=1, timeout=BROKER_TIMEOUT_S)
    except (OperationalError, OSError) as error:
        return f"the broker does not answer: {error}"
    return ""


PROBES: dict[str, Probe] = {"database": database, "broker": broker}


def readiness(at: datetime) -> Answer:
    """Ask every probe."""
    return Answer({name: probe(at) for name, probe in PROBES.items()})


class HealthMiddleware:
    """Answers /healthz/live and /healthz/ready; everything else goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The probe's answer, or the page asked for."""
        if request.path == "/healthz/live":
            return HttpResponse("ok", content_type="text/plain")
        if request.path == "/healthz/ready":
            return readiness(timezone.now()).as_json()
        return self.get_response(request)
