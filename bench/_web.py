"""The web server the demo runs, and people who ask it for pages: real HTTP."""

import http.client
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client

from tools.launcher.demo import commands

READY_S = 60
# Where a search leads that finds one customer.
FOUND = re.compile(r"/customers/\d+/$")


class PageFailed(Exception):
    """A page that is measured must answer 200, or lead to the one customer found."""


@dataclass(frozen=True)
class Ask:
    """A request; `fields` are posted when given."""

    path: str
    fields: dict[str, str] | None = None


@dataclass(frozen=True)
class Person:
    """Somebody logged in."""

    port: int
    cookies: str
    token: str

    def seconds(self, ask: Ask) -> float:
        """How long the answer took, its last byte included."""
        headers = {"Cookie": self.cookies, "X-CSRFToken": self.token, "Accept-Encoding": "identity"}
        body = None
        if ask.fields is not None:
            body, headers["Content-Type"] = urlencode(ask.fields), "application/x-www-form-urlencoded"
        started = time.perf_counter()
        # A new connection each time: those kept open could all have fallen to one of the two processes.
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request("GET" if body is None else "POST", ask.path, body, headers | {"Connection": "close"})
        response = connection.getresponse()
        response.read()
        spent = time.perf_counter() - started
        place = response.getheader("Location") or ""
        led = response.status == http.HTTPStatus.FOUND and FOUND.match(place)
        if response.status != http.HTTPStatus.OK and not led:
            raise PageFailed(f"{ask.path} answered {response.status} {place}")
        return spent


def person(user: object, port: int) -> Person:
    """Log somebody in, as the login page does."""
    client = Client()
    client.force_login(user)
    token = _get_new_csrf_string()
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return Person(port, f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={token}", token)


@contextmanager
def serving() -> Iterator[tuple[int, int]]:
    """The demo's web server on a free port: granian, two processes of eight threads. Its port and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # Ours is for the figures alone.
    server = subprocess.Popen(commands("127.0.0.1", port)["web"], stdout=sys.stderr)
    try:
        _wait(port, server)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(30)


def _wait(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            probe = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            probe.request("GET", "/healthz/ready")
            if probe.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            time.sleep(0.1)
    raise PageFailed("The web server does not start.")
