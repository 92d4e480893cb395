"""The language of a person goes before that of his browser."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import translation
from django.utils.http import urlencode


class PersonLanguageMiddleware:
    """After the authentication: activate the language kept in the account."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the language of the account, when somebody is logged in."""
        if not request.user.is_authenticated:
            return self.get_response(request)
        with translation.override(request.user.language):
            request.LANGUAGE_CODE = request.user.language
            return self.get_response(request)


class WholePageLoginMiddleware:
    """Before the login is asked for: a fragment whose session ended opens the login as a page, not inside the page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Turn the redirection to the login of a request of htmx into one of the browser."""
        response = self.get_response(request)
        login = resolve_url(settings.LOGIN_URL)
        if response.status_code != 302 or request.headers.get("HX-Request") != "true":
            return response
        if not response.headers["Location"].startswith(login):
            return response
        back = urlencode({"next": request.headers.get("Referer", "/")})
        return HttpResponse(headers={"HX-Redirect": f"{login}?{back}"})
