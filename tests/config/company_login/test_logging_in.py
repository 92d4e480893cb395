"""A person comes back from the login server of the company."""

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from structlog.testing import capture_logs

from crm.accounts.models import User
from tests.config.company_login.conftest import BEGIN, LOGIN, come_in, leave, logged_in, pass_by
from tests.factories.accounts import UserFactory
from tests.servers import oidc

pytestmark = pytest.mark.django_db
LEA = {"email": "lea@verdier.fr", "email_verified": True}


def test_the_existing_account_of_the_address_opens(client: Client, server, company):
    user = UserFactory(email="Lea@Verdier.fr")
    server.claims |= LEA
    before, password = User.objects.count(), user.password
    answer = come_in(client)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert logged_in(client) == user.pk
    user.refresh_from_db()
    assert (User.objects.count(), user.password) == (before, password)


def test_the_server_is_asked_with_a_proof_and_for_the_address_only(client: Client, server, company):
    leave_and_pass = pass_by(leave(client, BEGIN + "?scope=groups&auth_params=prompt%3Dnone&process=connect"))
    (asked,) = server.asked
    assert set(asked["scope"].split()) == {"openid", "email"}
    assert (asked["code_challenge_method"], "prompt" in asked) == ("S256", False)
    assert asked["redirect_uri"] == "http://localhost:8000/accounts/oidc/verdier/login/callback/"
    assert leave_and_pass.startswith("/accounts/oidc/verdier/login/callback/?code=")


def test_userinfo_tells_the_address_a_token_leaves_out(client: Client, server, company):
    user = UserFactory(email="lea@verdier.fr")
    server.userinfo = dict(LEA)
    come_in(client)
    assert logged_in(client) == user.pk


def test_userinfo_of_somebody_else_is_not_believed(client: Client, server, company):
    UserFactory(email="lea@verdier.fr")
    server.userinfo = {**LEA, "sub": "person-2"}
    assert come_in(client).status_code == 401
    assert logged_in(client) is None


def test_the_second_factor_is_still_asked_for(client: Client, server, company):
    user = UserFactory(email="lea@verdier.fr")
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    server.claims |= LEA
    answer = come_in(client, BEGIN + "?next=/customers/")
    assert (answer.headers["Location"], logged_in(client)) == ("/accounts/2fa/authenticate/", None)
    code = totp.format_hotp_value(totp.hotp_value(secret, totp.yield_hotp_counters_from_time().__next__()))
    answer = client.post("/accounts/2fa/authenticate/", {"code": code})
    assert (answer.headers["Location"], logged_in(client)) == ("/customers/", user.pk)


@pytest.mark.parametrize(("asked", "reached"), [("/customers/", "/customers/"), ("https://evil.example/", "/")])
def test_a_person_goes_on_where_he_was_going_within_the_house(client: Client, server, company, asked, reached):
    UserFactory(email="lea@verdier.fr")
    server.claims |= LEA
    assert come_in(client, f"{BEGIN}?next={asked}").headers["Location"] == reached


def test_the_button_is_there_for_a_registered_server_only(client: Client, company):
    page = client.get(LOGIN + "?next=/customers/").text
    assert "Se connecter avec Verdier" in page
    assert f'action="{BEGIN}?next=%2Fcustomers%2F"' in page
    company.delete()
    assert "oidc" not in client.get(LOGIN).text


def test_a_domain_that_is_trusted_needs_no_word_on_the_address(client: Client, server, company):
    user = UserFactory(email="lea@verdier.fr")
    server.claims["email"] = "lea@verdier.fr"
    company.settings["domains"] = ["verdier.fr"]
    company.save()
    come_in(client)
    assert logged_in(client) == user.pk


def test_a_login_is_written_down_without_secret_or_token(client: Client, server, company):
    user = UserFactory(email="lea@verdier.fr")
    server.claims |= LEA
    with capture_logs() as lines:
        come_in(client)
    (line,) = [line for line in lines if line["event"] == "company_login"]
    assert (line["provider"], line["user_id"]) == ("verdier", user.pk)
    assert oidc.SECRET not in str(lines)
