"""Login servers as allauth knows them. It finds this module by its name."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.http import HttpRequest

from config.company_login.server import LoginServer

Claims = dict[str, Any]


class CompanyProvider(OpenIDConnectProvider):
    """Takes from a server the one thing Acquit knows people by, their verified address."""

    oauth2_adapter_class = LoginServer
    # A code read on its way is of no use to who did not ask for it.
    pkce_enabled_default = True

    def get_default_scope(self) -> list[str]:
        """Neither name nor picture: the account has its own."""
        return ["openid", "email"]

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Where to go on afterwards, and nothing else. The library would let whoever wrote the link choose what the
        server is asked, and tie a server to an account instead of logging in."""
        return {"process": AuthProcess.LOGIN, "next_url": get_next_redirect_url(request)}

    def extract_uid(self, data: Claims) -> str:
        """Only told in the session: nothing is kept by it."""
        return str(data["sub"])[:191]

    def extract_common_fields(self, data: Claims) -> Claims:
        """Nothing: no account is made from them."""
        return {}

    def extract_email_addresses(self, data: Claims) -> list[EmailAddress]:
        """The address, and whether the server vouches for it."""
        address = data.get("email")
        if not isinstance(address, str) or not address:
            return []
        return [EmailAddress(email=address, verified=self._vouches_for(address, data), primary=True)]

    def _vouches_for(self, address: str, claims: Claims) -> bool:
        """Whether the server says so, or says nothing of an address of a domain it is trusted with."""
        domains = self.app.settings.get("domains", [])
        if domains and address.rpartition("@")[2].lower() not in domains:
            return False
        told = claims.get("email_verified")
        # Some servers write a word. Any other word, «false» among them, is no.
        return told is True or told == "true" or (told is None and bool(domains))


provider_classes = [CompanyProvider]
