"""Login, preferences and error pages."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_a_person_logs_in(client: Client):
    user = UserFactory(username="lea")
    client.post(reverse("account_login"), {"login": "lea", "password": "secret-for-tests"})
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize(
    "name", ["account_login", "account_reset_password", "account_reset_password_done", "account_inactive"]
)
def test_pages_before_the_login_speak_french_and_english(client: Client, name: str):
    for language in ("fr", "en"):
        page = client.get(reverse(name), headers={"accept-language": language})
        assert f'<html lang="{language}"' in page.content.decode()


def test_pages_hold_no_inline_script_or_style(client: Client):
    page = client.get(reverse("account_login")).content.decode()
    assert "<style" not in page
    assert "style=" not in page
    assert "<script>" not in page
    assert " onclick" not in page


def test_a_choice_is_kept_in_the_account_and_in_the_browser(client: Client):
    user = UserFactory()
    client.force_login(user)
    client.post(reverse("preferences"), {"theme": "dark", "next": "/"})
    client.post(reverse("preferences"), {"language": "en", "next": "/"})
    user.refresh_from_db()
    assert (user.theme, user.language) == ("dark", "en")
    assert {name: client.cookies[name].value for name in ("theme", "django_language")} == {
        "theme": "dark",
        "django_language": "en",
    }


@pytest.mark.parametrize(("chosen", "language"), [({"language": "en"}, "en"), ({"theme": "dark"}, "fr"), ({}, "fr")])
def test_a_language_chosen_before_the_login_is_kept_the_browsers_is_not(client: Client, chosen, language):
    user = UserFactory(username="lea", language="fr")
    client.post(reverse("preferences"), chosen)
    given = {"login": "lea", "password": "secret-for-tests"}
    page = client.post(reverse("account_login"), given, headers={"accept-language": "en"}, follow=True)
    user.refresh_from_db()
    said = {"fr": "Connexion avec lea réussie.", "en": "Successfully signed in as lea."}
    assert [str(one) for one in page.context["messages"]] == [said[language]]
    assert (user.language, user.theme) == (language, chosen.get("theme", "auto"))
    assert f'<html lang="{language}"' in page.content.decode()


def test_what_was_chosen_before_is_no_choice_of_the_next_person(client: Client):
    client.post(reverse("preferences"), {"language": "en"})
    UserFactory(username="lea", language="fr")
    client.post(reverse("account_login"), {"login": "lea", "password": "secret-for-tests"})
    client.logout()
    other = UserFactory(username="max", language="fr")
    client.post(reverse("account_login"), {"login": "max", "password": "secret-for-tests"})
    other.refresh_from_db()
    assert other.language == "fr"


def test_an_unknown_choice_changes_nothing(client: Client):
    client.post(reverse("preferences"), {"theme": "pink", "next": "/"})
    assert "theme" not in client.cookies


def test_preferences_never_lead_out_of_the_house(client: Client):
    answer = client.post(reverse("preferences"), {"theme": "dark", "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_the_account_speaks_louder_than_the_browser(client: Client):
    client.force_login(UserFactory(language="en"))
    page = client.get("/nothing/", headers={"accept-language": "fr"})
    assert "Nothing is here" in page.content.decode()


def test_a_missing_page_helps(client: Client):
    client.force_login(UserFactory())
    page = client.get("/nothing/")
    assert page.status_code == 404
    assert "Il n’y a rien ici" in page.content.decode()


def test_a_fragment_gets_a_fragment(client: Client):
    client.force_login(UserFactory())
    page = client.get("/nothing/", headers={"HX-Request": "true"})
    assert page.status_code == 404
    assert "<html" not in page.content.decode()


def test_a_stale_form_is_told():
    page = Client(enforce_csrf_checks=True).post(reverse("preferences"), {"theme": "dark"})
    assert page.status_code == 403
    assert "Le formulaire a expiré" in page.content.decode()


def test_the_crash_page_needs_no_database(rf, django_assert_num_queries):
    from crm.core.errors import crashed

    with django_assert_num_queries(0):
        page = crashed(rf.get("/"))
    assert page.status_code == 500
    assert "Une erreur s’est produite" in page.content.decode()


def test_an_integrator_refused_a_page_finds_his_documentation_and_the_way_out(client: Client):
    client.force_login(UserFactory(integrator=True))
    page = client.get(reverse("worklist"))
    assert page.status_code == 403
    links = [reverse("api-docs"), reverse("account_logout"), 'href="/"']
    assert [link in page.content.decode() for link in links] == [True, True, False]


def ask_for_a_new_password(client: Client, email: str) -> None:
    client.post(reverse("account_reset_password"), {"email": email}, headers={"accept-language": "fr"})


def test_the_forgotten_password_is_asked_for_in_our_words(client: Client):
    page = client.get(reverse("account_reset_password"), headers={"accept-language": "fr"}).content.decode()
    assert ("Adresse e-mail</label>" in page, "Courriel" in page) == (True, False)


def test_a_forgotten_password_is_chosen_anew_from_a_mail_in_our_words(client: Client, mailoutbox):
    user = UserFactory(username="lea", first_name="Léa", last_name="Roy", email="lea@example.com")
    ask_for_a_new_password(client, "lea@example.com")
    (mail,) = mailoutbox
    assert (mail.subject, mail.to) == ("Choisir un nouveau mot de passe pour Acquit", ["lea@example.com"])
    assert mail.body.startswith("Bonjour Léa Roy,")
    link = next(word for word in mail.body.split() if word.startswith("http"))
    page = client.get(link, follow=True)
    new = "un-tout-autre-mot-42"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    user.refresh_from_db()
    assert user.check_password(new)


def test_an_address_without_an_account_is_written_to_by_nobody(client: Client, mailoutbox):
    ask_for_a_new_password(client, "nobody@example.com")
    assert mailoutbox == []
