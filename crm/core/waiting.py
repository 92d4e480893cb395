"""How long a statement waits for what others are writing. Tasks, nights and commands wait until they are done; a person
who waits for his page, or a program for an answer, is told after a while that what waited was not written."""

from collections.abc import Callable

from django.db import connections
from django.http import HttpRequest, HttpResponse
from psycopg.errors import DeadlockDetected, LockNotAvailable

from crm.core import errors

PAGES_WAIT_S = 5
SETTING = "lock_timeout"


def pages_do_not_wait_long() -> None:
    """Called by what serves pages, before its first connection to the database; an address of the database that says
    how long keeps it."""
    options = connections.settings["default"]["OPTIONS"]
    said = options.get("options", "")
    if SETTING not in said:
        options["options"] = f"{said} -c {SETTING}={PAGES_WAIT_S}s".strip()


def waited_too_long(error: Exception) -> bool:
    """Whether a statement gave up waiting; where nobody said how long, none does."""
    return isinstance(error.__cause__, LockNotAvailable)


def in_the_way(error: Exception) -> bool:
    """Whether what others were writing undid it: it may be asked for again."""
    return waited_too_long(error) or isinstance(error.__cause__, DeadlockDetected)


class BusyMiddleware:
    """Tell what others were in the way of as 503, for a person or a program to try again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page of 503, in the language of the person."""
        return errors.busy(request) if in_the_way(error) else None
