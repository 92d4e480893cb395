"""The editor of a group in a real browser."""

from typing import Any

import pytest
from django.urls import reverse

from collections_app.segments.models import Group
from tests.factories.accounts import UserFactory
from tests.factories.segments import GroupFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CRITERIA = [{"fact": "overdue", "is": "gt", "value": "100"}, {"fact": "days_late", "is": "gt", "value": "30"}]


def test_enter_in_a_value_saves_the_group_with_all_its_conditions(page: Any, live_server: Any) -> None:
    group = GroupFactory(criteria={"all": CRITERIA})
    UserFactory(username="chef", supervisor=True, sees=group.entity, language="fr")
    page.goto(live_server.url + reverse("account_login"))
    page.fill("[name=login]", "chef")
    page.fill("[name=password]", "secret-for-tests")
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(live_server.url + "/**")
    page.goto(live_server.url + reverse("admin:segments_group_change", args=[group.pk]))
    page.fill("#r-0-value", "200")
    page.press("#r-0-value", "Enter")
    page.get_by_text("Le groupe est enregistré").wait_for()
    assert Group.objects.get(pk=group.pk).criteria == {"all": [CRITERIA[0] | {"value": "200"}, CRITERIA[1]]}
    assert page.get_by_role("button", name="Enregistrer le groupe").count() == 1
