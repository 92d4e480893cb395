"""Anymail's webhooks, closed while no secret protects them (Anymail itself only warns)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from anymail.urls import urlpatterns as of_anymail
from anymail.utils import get_request_basic_auth
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseForbidden
from django.urls import URLPattern
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from telephony.core.access import verified_by_provider

app_name = "anymail"
ASKS = "/amazon_ses/"
# No provider takes a mail as large, its files in letters and digits included.
MAIL_BYTES = 64 * 1024 * 1024


def is_proved(given: str | None, secret: str | list[str]) -> bool:
    """Whether the caller knows our secret."""
    ours = [secret] if isinstance(secret, str) else secret
    return given is not None and any(constant_time_compare(given, one) for one in ours)


def _take_whole(request: HttpRequest) -> None:
    """A mail some provider hands over is larger, with its files, than what a page may be sent. A form in parts carries
    its files apart, which Django does not count."""
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if settings.DATA_UPLOAD_MAX_MEMORY_SIZE < length <= MAIL_BYTES and request.content_type != "multipart/form-data":
        request._body = request.read(length)  # where Django keeps what it has read


def guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """403 without ANYMAIL_WEBHOOK_SECRET; Anymail checks it, and the provider's signature where there is one."""

    @login_not_required
    @csrf_exempt
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        secret = getattr(settings, "ANYMAIL", {}).get("WEBHOOK_SECRET")
        if not secret:
            return HttpResponseForbidden("ANYMAIL_WEBHOOK_SECRET is not set.")
        given = get_request_basic_auth(request)
        # Asked before anything is read: some views read the body first, and anybody could fill the log with crashes.
        # Amazon sends it only after it was asked for it, which its own view does.
        if request.method == "POST" and not is_proved(given, secret) and not (given is None and ASKS in request.path):
            return HttpResponseBadRequest("The secret is missing or wrong.")
        if is_proved(given, secret):
            _take_whole(request)
        try:
            return view(request, *args, **kwargs)
        except ImproperlyConfigured:
            # Without the provider's key or library nothing can be verified.
            return HttpResponseForbidden("This provider is not configured.")

    checked.access_rule = verified_by_provider  # type: ignore[attr-defined]
    return checked


urlpatterns = [
    URLPattern(route.pattern, guarded(route.callback), route.default_args, route.name) for route in of_anymail
]
