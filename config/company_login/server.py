"""What a login server says of itself and of a person, and what of it is believed."""

from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import jwt
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from config.company_login.sealing import opened

PROVIDER = "openid_connect"
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
# Signed with a key of the server's own: no secret both sides know, no signature left out.
SIGNATURES = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})
# Seconds by which two clocks may differ.
CLOCKS_DIFFER_S = 60


def is_private(url: object) -> bool:
    """Whether what is said there is read by nobody else: TLS, or this very machine where nothing is real."""
    parts = urlsplit(url if isinstance(url, str) else "")
    here = not settings.PRODUCTION and parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1")
    return bool(parts.hostname) and (parts.scheme == "https" or here)


def redirect_address(app: SocialApp) -> str:
    """Where the server sends people back to. Always below SITE_URL, because servers only know one address."""
    return settings.SITE_URL + reverse(f"{PROVIDER}_callback", kwargs={"provider_id": app.provider_id})


class LoginServer(OpenIDConnectOAuth2Adapter):
    """One server an administrator registered. Whatever it answers wrongly raises (`views.BROKEN`)."""

    def get_provider(self) -> Any:
        """By its identifier alone: the library also looks among kinds of servers. Raises Http404."""
        app = get_object_or_404(SocialApp, provider=PROVIDER, provider_id=self.provider_id)
        return app.get_provider(self.request)

    @cached_property
    def openid_config(self) -> dict[str, Any]:
        """What the server says of itself. Raises OAuth2Error when an address of it could be listened to."""
        config: dict[str, Any] = super().openid_config
        given = [name for name in (*NEEDED[1:], "userinfo_endpoint") if name in config]
        wrong = [name for name in NEEDED if name not in config] + [n for n in given if not is_private(config[n])]
        if wrong:
            raise OAuth2Error(f"missing or without TLS: {', '.join(wrong)}")
        return config

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """The address the settings page tells the administrator."""
        return redirect_address(app)

    def get_client(self, request: HttpRequest, app: SocialApp) -> Any:
        """With the secret as the server knows it. Raises WrongKey."""
        client = super().get_client(request, app)
        client.consumer_secret = opened(app.secret)
        return client

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """The person an answer tells of. Without a signed token nothing says that the answer is for us."""
        claims = self._decode_id_token(app, kwargs["response"].get("id_token", ""))
        return self.get_provider().sociallogin_from_response(request, self._telling_the_address(claims, token))

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        address, issuer = self.openid_config["jwks_uri"], self.openid_config["issuer"]
        algorithm, key = jwtkit.fetch_key(id_token, address, jwtkit.lookup_kid_jwk)
        if algorithm not in SIGNATURES:
            raise OAuth2Error(f"signed by {algorithm}")
        return jwt.decode(
            id_token,
            key,
            algorithms=[algorithm],
            issuer=issuer,
            audience=app.client_id,
            leeway=CLOCKS_DIFFER_S,
            options={"require": ["exp", "iat", "sub"]},
        )

    def _telling_the_address(self, claims: dict[str, Any], token: SocialToken) -> dict[str, Any]:
        """The claims of the token; where they do not say that the address is verified, what userinfo says of the same
        person. Never the address of one with the word of the other."""
        if {"email", "email_verified"} <= claims.keys() or "userinfo_endpoint" not in self.openid_config:
            return claims
        told = self._fetch_user_info(token.token)
        if told.get("sub") != claims["sub"]:
            raise OAuth2Error("userinfo tells of somebody else")
        return told if told.get("email") else claims
