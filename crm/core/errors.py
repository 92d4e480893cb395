"""Error pages. A fragment asked by htmx gets a fragment back, so that a refusal never nests a page in a page;
a program gets JSON."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

API = "/api/"
BUSY = gettext_lazy("This is being written elsewhere")
BUSY_TEXT = gettext_lazy(
    "A night, its dry run or somebody else writes the same records and was not done in time. What waited for them was "
    "not written: look at what was done, and try the rest again in a minute."
)
RETRY_AFTER_S = 60


def _answer(request: HttpRequest, status: int, title: str | Promise, text: str | Promise) -> HttpResponse:
    if request.path.startswith(API):
        return JsonResponse({"detail": title}, status=status)
    fragment = request.headers.get("HX-Request") == "true"
    template = "components/error.html" if fragment else f"{status}.html"
    return render(request, template, {"title": title, "text": text, "status": status}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return _answer(request, 400, _("This request is not understood"), _("Go back and try again."))


def nul(request: HttpRequest) -> HttpResponse:
    """400 of a text with a NUL (see nul.py)."""
    text = _(
        "It is invisible, comes along with what is copied from some files, and cannot be kept. Go back and type the "
        "text by hand."
    )
    return _answer(request, 400, _("What was sent contains a NUL character"), text)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403; the message of the PermissionDenied, when there is one, says what is missing."""
    text = str(exception or "") or _(
        "Your role does not open this page, or the record does not allow it as it stands. Whoever gives the rights in "
        "your company can tell you more."
    )
    return _answer(request, 403, _("This page is not open to you"), text)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form whose protection token is missing or too old."""
    text = _("The page stayed open too long or cookies are blocked. Reload it and send the form again.")
    return _answer(request, 403, _("The form has expired"), text)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    text = _("The address is wrong, or the record is not (or no longer) in your portfolio.")
    return _answer(request, 404, _("Nothing is here"), text)


def busy(request: HttpRequest) -> HttpResponse:
    """503: others write the same records (see waiting.py)."""
    answer = _answer(request, 503, BUSY, BUSY_TEXT)
    answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def crashed(request: HttpRequest, *args: Any) -> HttpResponse:
    """500: drawn without any query, because the database may be what fails."""
    if request.path.startswith(API):
        return JsonResponse({"detail": _("Something went wrong here: it was written down.")}, status=500)
    return HttpResponse(loader.render_to_string("500.html"), status=500)
