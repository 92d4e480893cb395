"""The database holds no text with the sign NUL, and nobody types it: what carries one is refused before it is read."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from crm.core import errors

NUL = "\0"


class NulMiddleware:
    """Answer 400 to a NUL in the address, its query or a form; after the language of the person is known."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        if NUL in request.path or _holds(request.GET):
            return errors.nul(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """The forms of pages, which the protection of forms has read. What programs send is read by who knows it: news
        of a provider are kept whatever their signs, and the API names the field."""
        of_a_program = getattr(view[0], "csrf_exempt", False)
        return errors.nul(request) if not of_a_program and _holds(request.POST) else None


def _holds(given: QueryDict) -> bool:
    return any(NUL in text for name, values in given.lists() for text in _texts(name, values))


def _texts(name: str, values: Iterable[str]) -> Iterable[str]:
    yield name
    yield from values
