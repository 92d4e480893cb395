"""Anymail's webhooks, closed while no secret protects them (Anymail itself only warns)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from anymail.exceptions import AnymailAPIError
from anymail.urls import urlpatterns as of_anymail
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseForbidden
from django.urls import URLPattern
from django.views.decorators.csrf import csrf_exempt

from telephony.core.access import verified_by_provider

app_name = "anymail"


def guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """403 without ANYMAIL_WEBHOOK_SECRET; Anymail checks it, and the provider's signature where there is one."""

    @login_not_required
    @csrf_exempt
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not getattr(settings, "ANYMAIL", {}).get("WEBHOOK_SECRET"):
            return HttpResponseForbidden("ANYMAIL_WEBHOOK_SECRET is not set.")
        try:
            return view(request, *args, **kwargs)
        except AnymailAPIError:
            # Amazon's view reads the body before it asks for the secret: anybody could fill the log with crashes.
            return HttpResponseBadRequest("This is no notification.")
        except ImproperlyConfigured:
            # Without the provider's key or library nothing can be verified.
            return HttpResponseForbidden("This provider is not configured.")

    checked.access_rule = verified_by_provider  # type: ignore[attr-defined]
    return checked


urlpatterns = [
    URLPattern(route.pattern, guarded(route.callback), route.default_args, route.name) for route in of_anymail
]
