"""The secret at rest, and what becomes of it when the key is replaced."""

from importlib import import_module

import pytest
from allauth.socialaccount.models import SocialApp
from auditlog.models import LogEntry
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from config.company_login.sealing import WrongKey, opened, sealed
from tests.config.company_login.conftest import BEGIN
from tests.servers import oidc

OTHER = "another key of at least fifty random characters, or so"


def stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select secret from socialaccount_socialapp")
        [(secret,)] = cursor.fetchall()
    return str(secret)


@pytest.mark.parametrize("secret", ["a key", "é" * 100, "x" * 1000])
def test_what_is_sealed_opens_however_long(secret):
    assert (secret in sealed(secret), opened(sealed(secret))) == (False, secret)
    assert sealed(secret) != sealed(secret)


def test_another_key_does_not_open_it_and_a_former_one_does(settings):
    kept = sealed("secret")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], OTHER
    assert opened(kept) == "secret"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(WrongKey):
        opened(kept)


@pytest.mark.parametrize("changed", ["sealed:", "sealed:a", "sealed:\N{EURO SIGN}", "sealed:AAAA"])
def test_what_was_cut_or_changed_opens_with_no_key(changed):
    with pytest.raises(WrongKey):
        opened(changed)


@pytest.mark.django_db
def test_an_upgrade_seals_what_is_there_once():
    app = SocialApp.objects.create(provider="openid_connect", provider_id="a", name="A", client_id="c", secret="clear")
    seal = import_module("config.company_login.migrations.0001_secrets_sealed").seal
    seal(apps, None)
    first = stored()
    seal(apps, None)
    app.refresh_from_db()
    assert ("clear" in first, stored() == first, opened(app.secret)) == (False, True, "clear")


@pytest.mark.django_db
def test_one_that_was_too_long_for_its_column_is_sealed_by_the_next():
    long = "x" * 111
    SocialApp.objects.create(provider="openid_connect", provider_id="a", name="A", client_id="c", secret=long)
    import_module("config.company_login.migrations.0001_secrets_sealed").seal(apps, None)
    assert stored() == long
    import_module("config.company_login.migrations.0002_secrets_of_any_length").seal(apps, None)
    assert (long in stored(), opened(stored())) == (False, long)


@pytest.mark.django_db
def test_a_long_one_is_sealed_anew():
    long = "x" * 191
    SocialApp.objects.create(provider="openid_connect", provider_id="a", name="A", client_id="c", secret=long)
    call_command("seal_company_logins")
    assert (long in stored(), opened(stored())) == (False, long)


@pytest.mark.django_db
def test_one_without_a_secret_stays_without(capsys):
    SocialApp.objects.create(provider="openid_connect", provider_id="a", name="A", client_id="c", secret="")
    call_command("seal_company_logins")
    assert (stored(), capsys.readouterr().out) == ("", "0 secrets sealed\n")


def test_a_key_is_replaced(client: Client, server, company, settings, capsys):
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], OTHER
    journal = LogEntry.objects.count()
    call_command("seal_company_logins")
    settings.SECRET_KEY_FALLBACKS = []
    assert (opened(stored()), LogEntry.objects.count()) == (oidc.SECRET, journal)
    assert capsys.readouterr().out == "1 secrets sealed\n"
    settings.SECRET_KEY = "forgotten altogether"
    with pytest.raises(CommandError, match="Verdier: the secret was sealed with another SECRET_KEY"):
        call_command("seal_company_logins")
    assert client.post(BEGIN).status_code == 401
