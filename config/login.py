"""Nobody registers by himself: an administrator makes the accounts."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation

from crm.accounts.models import Role
from crm.accounts.preferences import keep_chosen


class ClosedAccountAdapter(DefaultAccountAdapter):
    """No registration page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def login(self, request: HttpRequest, user: Any) -> None:
        """Go on in the language chosen on the pages before, else in that of the account."""
        super().login(request, user)
        keep_chosen(request, user)
        translation.activate(user.language)

    def post_login(
        self, request: HttpRequest, user: Any, *, redirect_url: str | None = None, **more: Any
    ) -> HttpResponse:
        """An integrator goes on to his documentation also where he asked for a page, which is none of his."""
        if getattr(user, "role", "") == Role.INTEGRATOR:
            redirect_url = reverse("api-docs")
        answer: HttpResponse = super().post_login(request, user, redirect_url=redirect_url, **more)
        return answer

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """An integrator has no page of his own: he starts where the interface is described."""
        if getattr(request.user, "role", "") == Role.INTEGRATOR:
            return reverse("api-docs")
        return str(super().get_login_redirect_url(request))
