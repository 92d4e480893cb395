"""Who a token of the API stands for."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from crm.accounts.models import ApiToken, User
from crm.accounts.tokens import find_token


class ApiTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer acq_…`."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The user and token of the header; None when there is no such header. Raises AuthenticationFailed."""
        scheme, *secret = get_authorization_header(request).decode("latin-1").split()[:2] or [""]
        if scheme.lower() != self.keyword.lower():
            return None
        token = find_token(secret[0], on=timezone.localdate()) if secret else None
        if token is None:
            raise AuthenticationFailed(_("This token is unknown, expired or revoked."))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """So that a missing token answers 401, not 403."""
        return self.keyword


class BearerScheme(OpenApiAuthenticationExtension):
    """How the schema tells of our tokens."""

    target_class = ApiTokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
