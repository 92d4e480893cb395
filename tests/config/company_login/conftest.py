"""A login server of a company, registered, and a person who goes there and comes back."""

from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import requests
from allauth.socialaccount.models import SocialApp
from django.core.cache import cache
from django.test import Client

from config.company_login.sealing import sealed
from tests.servers import oidc

LOGIN, BEGIN = "/accounts/login/", "/accounts/oidc/verdier/login/"


@pytest.fixture(autouse=True)
def _fresh_counters() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def server() -> Iterator[oidc.LoginServer]:
    with oidc.serving() as running:
        yield running


@pytest.fixture
def company(server: oidc.LoginServer, db: None) -> SocialApp:
    """The server as the settings page writes it down."""
    return SocialApp.objects.create(
        provider="openid_connect",
        provider_id="verdier",
        name="Verdier",
        client_id=oidc.CLIENT,
        secret=sealed(oidc.SECRET),
        settings={"server_url": server.url, "domains": []},
    )


def leave(client: Client, path: str = BEGIN) -> str:
    """Press the button; where the page leads."""
    page = client.post(path)
    assert page.status_code == 200, page.content
    return unescape(page.text.split('content="0; url=')[1].split('"')[0])


def pass_by(target: str) -> str:
    """Log in at the server; the path it sends the browser to, which belongs to this site."""
    answer = requests.get(target, allow_redirects=False, timeout=5)
    return answer.headers["Location"].removeprefix("http://localhost:8000")


def come_in(client: Client, path: str = BEGIN) -> Any:
    """The whole way; the answer a person comes back to."""
    return client.get(pass_by(leave(client, path)))


def logged_in(client: Client) -> int | None:
    """Whose session it is."""
    found = client.session.get("_auth_user_id")
    return int(found) if found else None
