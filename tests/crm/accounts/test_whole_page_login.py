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


def test_an_integrator_starts_where_the_interface_is_described(rf):
    request = rf.get("/")
    request.user = UserFactory.build(role="integrator")
    assert get_adapter(request).get_login_redirect_url(request) == reverse("api-docs")
