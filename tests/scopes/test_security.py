"""What a stranger meets: policy, cookies, signatures, limits, no way out."""

import json
from typing import Any

import pytest
from allauth.account import app_settings
from django.conf import settings as django_settings
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import EntityFactory, UserFactory
from tests.scopes.addresses import addresses

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _fresh_counters() -> Any:
    cache.clear()
    yield
    cache.clear()


@pytest.mark.parametrize("path", ["/", "/admin/", "/imports/", "/admin/segments/group/", "/nowhere/"])
def test_every_page_forbids_what_is_not_ours(client: Client, path: str):
    client.force_login(UserFactory(administrator=True), backend="django.contrib.auth.backends.ModelBackend")
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert {"default-src 'self'", "object-src 'none'", "base-uri 'none'"} <= set(policy.split("; "))
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "same-origin")


def test_cookies_are_kept_from_scripts_and_other_sites():
    assert django_settings.SESSION_COOKIE_HTTPONLY is True
    assert (django_settings.SESSION_COOKIE_SAMESITE, django_settings.CSRF_COOKIE_SAMESITE) == ("Lax", "Lax")


WEBHOOKS = [one for one in addresses() if one.route.startswith("webhooks/")]


@pytest.mark.parametrize("route", [one.name for one in WEBHOOKS])
def test_a_webhook_without_its_secret_is_refused(client: Client, route: str):
    address = next(one for one in WEBHOOKS if one.name == route)
    path = "/" + address.route.replace("^", "").replace("$", "").replace("(_mime)?", "")
    bare = client.post(path, json.dumps([{}]), content_type="application/json")
    wrong = client.post(
        path, json.dumps([{}]), content_type="application/json", headers={"authorization": "Basic eDp5"}
    )
    assert {bare.status_code, wrong.status_code} <= {400, 401, 403}


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere(client: Client, target: str):
    UserFactory(username="lea")
    answer = client.post(LOGIN, {"login": "lea", "password": "secret-for-tests", "next": target})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.post(reverse("preferences"), {"theme": "dark", "next": target}).headers["Location"] == "/"
    assert "evil" not in client.post(reverse("actions_skip"), {"next": target}).headers["Location"]


def test_a_password_is_not_guessed_by_trying(client: Client):
    UserFactory(username="lea")
    for _try in range(12):
        client.post(LOGIN, {"login": "lea", "password": "wrong"})
    answer = client.post(LOGIN, {"login": "lea", "password": "secret-for-tests"})
    assert answer.status_code in (200, 429)
    assert "_auth_user_id" not in client.session
    assert app_settings.RATE_LIMITS["login_failed"]


def test_the_admin_has_no_login_of_its_own(client: Client):
    answer = client.get("/admin/login/?next=/admin/accounts/user/")
    assert answer.headers["Location"] == "/accounts/login/?next=%2Fadmin%2Faccounts%2Fuser%2F"
    UserFactory(username="boss", administrator=True)
    client.post("/admin/login/", {"username": "boss", "password": "secret-for-tests"})
    assert "_auth_user_id" not in client.session


def test_who_is_logged_in_goes_on_from_the_login_of_the_admin(client: Client):
    client.force_login(UserFactory(supervisor=True), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/login/").headers["Location"] == "/admin/"


def test_a_reset_does_not_tell_who_has_an_account(client: Client):
    UserFactory(username="lea", email="lea@acquit.example")
    known = client.post(reverse("account_reset_password"), {"email": "lea@acquit.example"})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@acquit.example"})
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert [one.to for one in mail.outbox][:1] == [["lea@acquit.example"]]


def test_a_form_without_its_token_is_refused():
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(reverse("actions_skip"), {"action": 1}).status_code == 403


def test_a_body_of_the_api_is_bounded(client: Client):
    client.force_login(
        UserFactory(supervisor=True, sees=EntityFactory(code="ACME")),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    body = json.dumps({"rows": [{"external_id": "x" * 17_000_000}]})
    answer = client.post("/api/v1/entities/ACME/customers/bulk", body, content_type="application/json")
    assert answer.status_code in (400, 413)
