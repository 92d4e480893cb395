"""Pages are closed by default: a view says which rule opens it, and a test refuses a view without one."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Rule = Callable[[Any], bool]
View = Callable[..., HttpResponseBase]


def anyone(user: Any) -> bool:
    """Open without a login; only for what shows nothing of a customer."""
    return True


def anyone_logged_in(user: Any) -> bool:
    """Open to every account in use."""
    return bool(user.is_authenticated and user.is_active)


def opened_to(rule: Rule) -> Callable[[View], View]:
    """Open a view to the persons for whom `rule(user)` holds; PermissionDenied (403) for the others."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not rule(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.access_rule = rule  # type: ignore[attr-defined]
        return guarded

    return decorate
