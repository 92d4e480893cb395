"""The way to the login server and back in a real browser, which holds forms against the policy of the page."""

from typing import Any

import pytest

from tests.config.company_login.conftest import LOGIN
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_button_leads_through_the_server_to_where_one_was_going(
    page: Any, live_server: Any, settings: Any, server: Any, company: Any
):
    settings.SITE_URL = live_server.url
    UserFactory(email="lea@verdier.fr", administrator=True)
    server.claims |= {"email": "lea@verdier.fr", "email_verified": True}
    page.goto(f"{live_server.url}{LOGIN}?next=/admin/accounts/user/")
    page.get_by_role("button", name="Se connecter avec Verdier").click()
    page.wait_for_url(f"{live_server.url}/admin/accounts/user/")
    assert len(server.asked) == 1
