"""An administrator registers the login server of his company."""

import json

import pytest
from allauth.socialaccount.models import SocialApp
from auditlog.models import LogEntry
from django.contrib.admin.models import LogEntry as Change
from django.test import Client
from django.urls import reverse

from config.company_login.sealing import opened
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
LIST, ADD = reverse("admin:socialaccount_socialapp_changelist"), reverse("admin:socialaccount_socialapp_add")
GIVEN = {
    "name": "Verdier",
    "provider_id": "verdier",
    "server_url": "https://login.verdier.fr/realms/all/.well-known/openid-configuration",
    "client_id": "acquit",
    "secret": "kept-by-nobody",
    "domains": "Verdier.fr, @verdier.com",
}


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(UserFactory(administrator=True), backend="django.contrib.auth.backends.ModelBackend")
    return client


def errors(page) -> dict[str, list[str]]:
    return {name: list(told) for name, told in page.context["adminform"].form.errors.items()}


def registered(admin: Client) -> tuple[SocialApp, str]:
    assert admin.post(ADD, GIVEN).status_code == 302
    app = SocialApp.objects.get()
    return app, reverse("admin:socialaccount_socialapp_change", args=[app.pk])


def test_a_server_is_registered(admin: Client):
    app, _change = registered(admin)
    assert (app.provider, app.provider_id, opened(app.secret)) == ("openid_connect", "verdier", "kept-by-nobody")
    assert app.settings == {
        "server_url": "https://login.verdier.fr/realms/all",
        "domains": ["verdier.fr", "verdier.com"],
    }


def test_the_secret_is_sealed_in_the_database(admin: Client):
    app, _change = registered(admin)
    assert (app.secret[:7], "kept-by-nobody" in app.secret) == ("sealed:", False)


@pytest.mark.parametrize("secret", ["x" * 111, "é" * 1000])
def test_a_long_one_is_sealed_too(admin: Client, secret):
    assert admin.post(ADD, {**GIVEN, "secret": secret}).status_code == 302
    kept = SocialApp.objects.get().secret
    assert (kept[:7], opened(kept)) == ("sealed:", secret)


def test_one_no_server_gives_is_refused_in_words(admin: Client):
    assert list(errors(admin.post(ADD, {**GIVEN, "secret": "x" * 1001}))) == ["secret"]


def test_the_page_tells_the_redirect_address_before_and_after(admin: Client):
    assert "http://localhost:8000/accounts/oidc/IDENTIFIANT/login/callback/" in admin.get(ADD).text
    _app, change = registered(admin)
    page = admin.get(change).text
    assert "http://localhost:8000/accounts/oidc/verdier/login/callback/" in page
    assert 'name="provider_id"' not in page


def test_the_secret_is_not_shown_again_and_stays_when_left_empty(admin: Client):
    app, change = registered(admin)
    history = reverse("admin:socialaccount_socialapp_history", args=[app.pk])
    pages = [admin.get(path).text for path in (LIST, change, history)]
    assert ["kept-by-nobody" in page for page in pages] == [False, False, False]
    assert admin.post(change, {**GIVEN, "secret": "", "name": "Verdier SA"}).status_code == 302
    app.refresh_from_db()
    assert (app.name, opened(app.secret)) == ("Verdier SA", "kept-by-nobody")
    (told,) = json.loads(Change.objects.latest("pk").change_message)
    assert "name on the button" in told["changed"]["fields"]
    assert "client secret" not in told["changed"]["fields"]


def test_the_journal_tells_who_changed_a_secret_and_nothing_of_it(admin: Client):
    app, change = registered(admin)
    admin.post(change, {**GIVEN, "secret": "another-one"})
    made, changed = LogEntry.objects.get_for_object(app).order_by("pk")
    assert changed.changes["secret"] == ["•••", "•••"]
    assert changed.actor.role == "administrator"
    told = f"{made.changes}{changed.changes}"
    assert [part for part in ("kept", "nobody", "another") if part in told] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("server_url", "http://login.verdier.fr"),
        ("server_url", "login.verdier.fr"),
        ("server_url", "https://"),
        ("server_url", "https://me:word@login.verdier.fr"),
        ("server_url", "https://[login"),
        ("provider_id", "two words"),
        ("secret", ""),
        ("domains", "not a domain!"),
    ],
)
def test_what_cannot_work_is_refused_where_it_is_written(admin: Client, name: str, value: str):
    assert list(errors(admin.post(ADD, {**GIVEN, name: value}))) == [name]
    assert not SocialApp.objects.exists()


def test_two_servers_do_not_share_an_identifier(admin: Client):
    registered(admin)
    assert list(errors(admin.post(ADD, GIVEN))) == ["provider_id"]


@pytest.mark.parametrize(
    ("url", "production", "taken"),
    [("http://localhost:8080", False, True), ("http://localhost:8080", True, False), ("https://sso:8443", True, True)],
)
def test_this_machine_is_taken_without_tls_where_nothing_is_real(admin: Client, settings, url, production, taken):
    settings.PRODUCTION = production
    admin.post(ADD, {**GIVEN, "server_url": url})
    assert SocialApp.objects.exists() is taken


@pytest.mark.parametrize("role", ["supervisor", "auditor", "integrator"])
def test_others_neither_see_nor_register_a_server(client: Client, role: str):
    client.force_login(UserFactory(**{role: True}), backend="django.contrib.auth.backends.ModelBackend")
    assert {client.get(LIST).status_code, client.post(ADD, GIVEN).status_code} <= {302, 403}
    assert not SocialApp.objects.exists()


def test_no_address_of_the_list_guesses_a_secret(admin: Client):
    assert admin.get(LIST, {"secret__startswith": "k"}).status_code == 400
