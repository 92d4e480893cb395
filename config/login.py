"""Nobody registers by himself: an administrator makes the accounts."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from crm.accounts.models import Role


class ClosedAccountAdapter(DefaultAccountAdapter):
    """No registration page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """An integrator has no page of his own: he starts where the interface is described."""
        if getattr(request.user, "role", "") == Role.INTEGRATOR:
            return reverse("api-docs")
        return str(super().get_login_redirect_url(request))
