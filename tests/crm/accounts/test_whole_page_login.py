import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_a_fragment_without_session_opens_the_login_as_a_page(client):
    answer = client.get(reverse("worklist"), headers={"HX-Request": "true", "Referer": "http://testserver/"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["HX-Redirect"].startswith(reverse("account_login") + "?next=")


def test_a_page_without_session_is_redirected(client):
    assert client.get(reverse("worklist")).status_code == 302
