"""Nobody registers by himself: an administrator makes the accounts."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class ClosedAccountAdapter(DefaultAccountAdapter):
    """No registration page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False


class ClosedSocialAccountAdapter(DefaultSocialAccountAdapter):
    """A company's own login server opens existing accounts, it makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        """Never."""
        return False
