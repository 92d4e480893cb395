"""What becomes of a person a login server sends: an account that was there before, or a page that says why not."""

import re
from typing import Any, NoReturn

import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest
from django.shortcuts import render

from config.company_login.accounts import LoginRefused, account_of

log = structlog.get_logger(__name__)
ANSWER = "Error retrieving access token"


class CompanyLoginAdapter(DefaultSocialAccountAdapter):
    """A login server opens existing accounts, it makes none and ties itself to none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the account anew each time: an address that changed hands does not lead to its former account. The
        library goes on as after a password: second factor, a session of its own.

        Its own way (SOCIALACCOUNT_EMAIL_AUTHENTICATION) would take the first of several accounts, and take away the
        password of an account whose address it did not verify itself, which here is every account.
        """
        try:
            sociallogin.user = account_of(sociallogin.email_addresses)
        except LoginRefused as refused:
            self._refuse(request, sociallogin, refused)
        log.info("company_login", provider=sociallogin.account.provider, user_id=sociallogin.user.pk)

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Write down what the person is not told. Neither the secret nor a token is in it."""
        code = request.GET.get("error", "")[:60]
        kind = type(exception).__name__ if exception else ""
        log.warning(
            "company_login_failed", provider=provider.sub_id, code=code or str(error), kind=kind, error=_told(exception)
        )

    def get_requests_session(self) -> Any:
        """Goes where the administrator and the server said, and nowhere from there: a redirection could leave TLS."""
        session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def _refuse(self, request: HttpRequest, sociallogin: SocialLogin, refused: LoginRefused) -> NoReturn:
        provider = sociallogin.provider
        log.warning("company_login_refused", provider=provider.sub_id, reason=refused.reason)
        context = {"refusal": refused.sentence(provider.name)}
        page = render(request, "socialaccount/authentication_error.html", context, status=403)
        raise ImmediateHttpResponse(page) from refused


def _told(exception: Exception | None) -> str:
    """The words of an error; of an answer to the exchange only its code, because there may be tokens in the rest."""
    words = str(exception or "")
    if not words.startswith(ANSWER):
        return words[:300]
    code = re.search(r'"error"\s*:\s*"([\w.-]{1,60})"', words)
    return code[1] if code else "no token in the answer"
