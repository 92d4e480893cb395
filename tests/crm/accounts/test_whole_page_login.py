import pytest
from allauth.account.adapter import get_adapter
from django.urls import reverse

from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_a_fragment_without_session_opens_the_login_as_a_page(client):
    answer = client.get(reverse("worklist"), headers={"HX-Request": "true", "Referer": "http://testserver/"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["HX-Redirect"].startswith(reverse("account_login") + "?next=")


def test_a_page_without_session_is_redirected(client):
    assert client.get(reverse("worklist")).status_code == 302


@pytest.mark.parametrize(("role", "first"), [("integrator", "/api/v1/docs"), ("collector", "/")])
def test_who_asked_for_the_first_page_goes_on_to_one_that_is_his(client, role, first):
    UserFactory(username="lea", role=role)
    given = {"login": "lea", "password": "secret-for-tests", "next": "/"}
    assert client.post(reverse("account_login"), given).url == first


def test_the_short_address_of_the_documentation_leads_to_it(client):
    client.force_login(UserFactory(integrator=True))
    assert client.get("/api/docs/").url == reverse("api-docs")
    assert client.get(reverse("api-docs")).status_code == 200


def test_an_integrator_starts_where_the_interface_is_described(rf):
    request = rf.get("/")
    request.user = UserFactory.build(role="integrator")
    assert get_adapter(request).get_login_redirect_url(request) == reverse("api-docs")
