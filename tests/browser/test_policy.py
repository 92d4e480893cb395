"""No page asks the browser for what its own policy forbids: a script or a style written in the page."""

from typing import Any

import pytest

from tests.factories.accounts import UserFactory
from tests.scopes.addresses import addresses
from tests.scopes.world import build

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LISTEN = """
window.refusals = [];
document.addEventListener("securitypolicyviolation", one => window.refusals.push(
    `${one.effectiveDirective} ${one.sourceFile}:${one.lineNumber} ${one.sample}`));
"""


def test_no_page_breaks_its_own_policy(page: Any, live_server: Any, client: Any, settings: Any, tmp_path: Any):
    settings.MEDIA_ROOT = tmp_path
    house = build().alpha
    client.force_login(UserFactory(administrator=True), backend="django.contrib.auth.backends.ModelBackend")
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.add_init_script(LISTEN)
    found = []
    for address in addresses():
        path = address.of(house)
        # Lists, forms and our own pages. Django draws the first two from the same parts everywhere; the form of a
        # new row is that of an existing one.
        if address.name.endswith(("_history", "_delete", "_add")):
            continue
        answer = client.get(path)
        if answer.status_code != 200 or "text/html" not in answer.headers["Content-Type"]:
            continue
        page.goto(live_server.url + path, wait_until="load")
        found += [f"{path} {refusal}" for refusal in page.evaluate("window.refusals")]
    assert found == []


def test_the_criteria_editor_keeps_its_policy_while_one_works(page: Any, live_server: Any, client: Any):
    house = build().alpha
    client.force_login(UserFactory(administrator=True), backend="django.contrib.auth.backends.ModelBackend")
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.add_init_script(LISTEN)
    page.goto(f"{live_server.url}/admin/segments/group/{house.pk('segments.group')}/change/", wait_until="networkidle")
    before = page.locator(".criteria-nodes li").count()
    page.locator(".block-tools button").first.click()
    page.locator(".criteria-nodes li").nth(before).wait_for()
    assert page.evaluate("window.refusals") == []
