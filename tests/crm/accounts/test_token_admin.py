import re
from datetime import date

import pytest
from django.urls import reverse

from crm.accounts.models import ApiToken
from crm.accounts.tokens import find_token
from tests.factories.accounts import EntityFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST, ADD = reverse("admin:accounts_apitoken_changelist"), reverse("admin:accounts_apitoken_add")


def messages(page):
    return " ".join(str(message) for message in page.context["messages"])


def test_a_token_is_shown_once_then_revoked(client):
    client.force_login(UserFactory(administrator=True))
    robot = UserFactory(integrator=True)
    page = client.post(ADD, {"user": robot.pk, "name": "ERP", "entity": "", "expires_on": ""}, follow=True)
    secret = re.search(r"acq_[\w-]{43}", messages(page))[0]
    token = find_token(secret, on=date(2026, 3, 1))
    assert (token.user, token.name) == (robot, "ERP")
    assert secret not in client.get(LIST).content.decode()
    client.post(LIST, {"action": "revoke", "_selected_action": [token.pk]})
    assert find_token(secret, on=date(2026, 3, 1)) is None


def test_a_supervisor_makes_no_token(client):
    client.force_login(UserFactory(supervisor=True, sees=EntityFactory()))
    assert client.get(LIST).status_code == 403
    assert client.get(ADD).status_code == 403
    assert not ApiToken.objects.exists()
