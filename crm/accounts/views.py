"""Preferences of the person: theme and language."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from crm.accounts.preferences import CHOSEN, keep
from crm.core.access import anyone, opened_to
from crm.core.context_processors import THEME_COOKIE, THEMES

YEAR = 365 * 24 * 3600
CHOICES = {
    "theme": [value for value, _label, _icon in THEMES],
    "language": [code for code, _name in settings.LANGUAGES],
}
COOKIES = {"theme": THEME_COOKIE, "language": settings.LANGUAGE_COOKIE_NAME}


@login_not_required
@require_POST
@opened_to(anyone)
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the theme or the language, in the account when there is one (else for who logs in next) and in this browser,
    and go back."""
    given = {name: request.POST[name] for name in CHOICES if request.POST.get(name) in CHOICES[name]}
    if request.user.is_authenticated and given:
        keep(request.user, given)
    elif given:
        request.session[CHOSEN] = request.session.get(CHOSEN, {}) | given
    response = HttpResponseRedirect(_back(request))
    for name, value in given.items():
        response.set_cookie(COOKIES[name], value, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else "/"
