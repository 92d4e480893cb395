"""Who comes back from the login server of the company and is not let in, and what he reads."""

from urllib.parse import urlsplit

import pytest
from django.test import Client
from structlog.testing import capture_logs

from config.company_login.accounts import open_accounts
from crm.accounts.models import User
from tests.config.company_login.conftest import BEGIN, come_in, leave, logged_in, pass_by
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
LEA = {"email": "lea@verdier.fr", "email_verified": True}
REFUSED = {
    "nobody has this address": ([], LEA, "no_account"),
    "the address is not verified": ([{}], {**LEA, "email_verified": False}, "not_verified"),
    "a word that is not «true»": ([{}], {**LEA, "email_verified": "false"}, "not_verified"),
    "the server says nothing of it": ([{}], {"email": "lea@verdier.fr"}, "not_verified"),
    "no address is told": ([{}], {}, "no_address"),
    "two accounts have it": ([{}, {"email": "LEA@verdier.fr"}], LEA, "several_accounts"),
    "the account is closed": ([{"is_active": False}], LEA, "no_account"),
    "the account is a program's": ([{"integrator": True}], LEA, "no_account"),
}


@pytest.mark.parametrize(("accounts", "claims", "reason"), REFUSED.values(), ids=REFUSED)
def test_who_is_not_let_in_reads_why(client: Client, server, company, accounts, claims, reason):
    for account in accounts:
        UserFactory(**{"email": "lea@verdier.fr", **account})
    server.claims |= claims
    before = User.objects.count()
    with capture_logs() as lines:
        page = come_in(client)
    assert (page.status_code, logged_in(client), User.objects.count()) == (403, None, before)
    assert "La connexion n’a pas abouti" in page.text
    (line,) = [line for line in lines if line["event"] == "company_login_refused"]
    assert (line["reason"], line["provider"]) == (reason, "verdier")


def test_the_page_speaks_english_too(client: Client, server, company):
    server.claims |= LEA
    target = pass_by(leave(client))
    page = client.get(target, headers={"accept-language": "en"}).text
    assert "No open account has the address lea@verdier.fr." in page


def test_a_closed_or_a_programs_account_does_not_bar_the_way_to_the_open_one(client: Client, server, company):
    UserFactory(email="lea@verdier.fr", is_active=False)
    UserFactory(email="lea@verdier.fr", integrator=True)
    user = UserFactory(email="lea@verdier.fr")
    server.claims |= LEA
    come_in(client)
    assert logged_in(client) == user.pk


@pytest.mark.parametrize("told", [True, None])
def test_an_address_of_another_domain_is_not_believed(client: Client, server, company, told):
    UserFactory(email="lea@verdier.fr")
    server.claims |= {"email": "lea@verdier.fr"} | ({"email_verified": told} if told else {})
    company.settings["domains"] = ["elsewhere.fr"]
    company.save()
    assert (come_in(client).status_code, logged_in(client)) == (403, None)


@pytest.mark.parametrize("alike", ["l\u0131sa@verdier.fr", "lisa@verd\u0131er.fr", "\u212aim@verdier.fr"])
def test_letters_that_look_alike_are_others(alike: str):
    UserFactory(email="lisa@verdier.fr")
    UserFactory(email="kim@verdier.fr")
    assert open_accounts(alike) == []


WRONG = {
    "a token signed by others": ({"signs_with": "another"}, "Signature verification failed"),
    "a token signed with the secret": ({"algorithm": "HS256"}, "signed by HS256"),
    "a token for another application": ({"audience": "another"}, "Audience doesn't match"),
    "addresses without TLS": ({"discovery": {"token_endpoint": "http://login.example/token"}}, "TLS: token_endpoint"),
    "no address for keys": ({"discovery": {"jwks_uri": None}}, "TLS: jwks_uri"),
    "a server named otherwise": ({"discovery": {"issuer": "https://login.example"}}, "Invalid issuer"),
    "a server that moved": ({"moves": True}, "Exceeded 0 redirects"),
}


@pytest.mark.parametrize(("fault", "words"), WRONG.values(), ids=WRONG)
def test_a_server_that_answers_wrongly_opens_nothing(client: Client, server, company, fault, words):
    UserFactory(email="lea@verdier.fr")
    server.claims |= LEA
    target = pass_by(leave(client))
    for name, value in fault.items():
        setattr(server, name, value)
    with capture_logs() as lines:
        page = client.get(target)
    assert (page.status_code, logged_in(client)) == (401, None)
    assert "La connexion n’a pas abouti" in page.text
    assert words in "".join(line["error"] for line in lines if line["event"] == "company_login_failed")


def test_a_wrong_secret_is_told_to_the_log_without_it(client: Client, server, company):
    company.secret = "a-secret-typed-wrongly"
    company.save()
    with capture_logs() as lines:
        assert come_in(client).status_code == 401
    (line,) = [line for line in lines if line["event"] == "company_login_failed"]
    assert line["error"] == "invalid_client"
    assert "a-secret-typed-wrongly" not in str(lines)


def test_a_server_that_is_away_is_told_at_the_button(client: Client, server, company):
    company.settings["server_url"] = "http://127.0.0.1:9"
    company.save()
    page = client.post(BEGIN)
    assert (page.status_code, "La connexion n’a pas abouti" in page.text) == (401, True)


def test_who_turns_back_at_the_server_reads_so(client: Client, server, company):
    server.cancels = True
    answer = come_in(client)
    page = client.get(answer.headers["Location"])
    assert ("La connexion a été annulée" in page.text, logged_in(client)) == (True, None)


def test_what_another_session_asked_for_opens_nothing(client: Client, server, company):
    UserFactory(email="lea@verdier.fr")
    server.claims |= LEA
    target = pass_by(leave(client))
    stranger = Client()
    assert (stranger.get(target).status_code, logged_in(stranger)) == (401, None)
    client.get(target)
    assert client.get(target).status_code == 401  # nor twice


def test_a_link_begins_no_login_and_a_form_of_others_neither(client: Client, server, company):
    assert client.get(BEGIN).headers["Location"] == "/accounts/login/"
    assert Client(enforce_csrf_checks=True).post(BEGIN).status_code == 403
    assert server.asked == []


def test_nobody_registers_nor_ties_an_account(client: Client, server, company):
    assert client.get("/accounts/3rdparty/signup/").headers["Location"] == "/accounts/login/"
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/accounts/3rdparty/").status_code == 404


def test_nobody_gives_his_account_the_address_of_another(client: Client):
    user = UserFactory(email="lea@verdier.fr")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/accounts/email/")
    for verb in ("action_add", "action_primary"):
        client.post("/accounts/email/", {verb: "", "email": "boss@verdier.fr"})
    user.refresh_from_db()
    assert user.email == "lea@verdier.fr"


def test_attempts_are_counted_with_those_of_passwords(client: Client, server, company):
    codes = [client.post(BEGIN).status_code for _try in range(31)]
    assert (codes[0], codes[-1]) == (200, 429)


def test_an_unknown_server_is_nowhere(client: Client, company):
    path = urlsplit(BEGIN).path.replace("verdier", "openid_connect")
    assert [client.get(path).status_code, client.post(path).status_code] == [404, 404]
    assert client.get(path + "callback/").status_code == 404
