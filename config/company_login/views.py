"""The way to a company's login server and back."""

from typing import Any

from allauth.decorators import rate_limit
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET
from jwt import PyJWTError
from requests import RequestException

from config.company_login.server import LoginServer
from crm.core.access import anyone_logged_in, opened_to

# What a server that is away, or answers anything, makes the library raise. None of it may become a page of an error:
# the frames of the exchange hold the secret, and reports of errors write down what frames hold.
BROKEN = (OAuth2Error, RequestException, PyJWTError, LookupError, TypeError, ValueError, AttributeError)


@login_not_required
@rate_limit(action="login")
def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send a person to the server, from a page and not by a redirection.

    The policy of our pages lets a form lead to us only (`form-action`), and browsers hold every redirection after a
    form against it: those of the server too, which lead to hosts nobody can list. A link in place of the form would
    need no page between, but any site could open it and log its visitors in. So the form stays, with its token.
    """
    server = LoginServer(request, provider_id)
    if request.method != "POST":
        server.get_provider()
        return redirect("account_login")
    answer = _answer(server, OAuth2LoginView)
    if isinstance(answer, HttpResponseRedirect):
        return render(request, "socialaccount/leaving.html", {"target": answer.url, "provider": server.get_provider()})
    return answer


@login_not_required
@require_GET
def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Log in whom the server sends back. What it sends is worth nothing without the session that asked for it."""
    return _answer(LoginServer(request, provider_id), OAuth2CallbackView)


def _answer(server: LoginServer, step: Any) -> HttpResponse:
    provider = server.get_provider()
    try:
        return step.adapter_view(server)(server.request)
    except BROKEN as error:
        return render_authentication_error(server.request, provider, exception=error)


@opened_to(anyone_logged_in)
def closed(request: HttpRequest) -> HttpResponse:
    """In the place of two pages of the library, which tie an account to a server, or give it any address unproved: an
    account is found by its address, which those who make accounts keep."""
    raise Http404
