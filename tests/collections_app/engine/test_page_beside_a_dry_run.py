"""A page that changes what a dry run has changed waits a while, then says that it was not written."""

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from collections_app.actions.models import Action
from crm.accounts.tokens import issue_token
from crm.law.operations import load_law
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.connections import elsewhere
from tests.factories.accounts import UserFactory
from tests.factories.paying import pay

JSON = "application/json"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(monkeypatch):
    """A task, and a dry run that closes it: its invoice was paid since."""
    options = connections.settings["default"]["OPTIONS"]
    monkeypatch.setitem(options, "options", f"{options.get('options', '')} -c lock_timeout=50ms")
    load_law()
    world = World({"offset_days": 5})
    world.lead = UserFactory(supervisor=True, sees=world.entity)
    invoice = world.invoice(world.customer(), late=6)
    world.night(MARCH_1)
    pay(invoice, 100, MARCH_1)
    return world


def beside_a_dry_run(world, work):
    """What `work` answers at another connection before the dry run is undone."""
    answers = []

    def starting(stage):
        if stage == "assign":
            answers.append(elsewhere(work))

    world.night(MARCH_1, dry_run=True, starting=starting)
    return answers[0]


def completed(world, **headers):
    client = Client(headers=headers)
    client.force_login(world.lead)
    given = {"action": [str(Action.objects.get().pk)], "outcome": "paid"}
    return client.post(reverse("actions_complete"), given)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_page_says_so(world, headers):
    answer = beside_a_dry_run(world, lambda: completed(world, **headers))
    text = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"], Action.objects.get().state) == (503, "60", "todo")
    assert ("Ce qui attendait n’a pas été écrit" in text, "<html" in text) == (True, not headers)
    assert completed(world).status_code in (200, 302)
    assert Action.objects.get().state == "done"


def test_the_api_says_so(world):
    _token, secret = issue_token(UserFactory(supervisor=True, sees=world.entity), name="test", at=noon(MARCH_1))
    path = f"/api/v1/entities/{world.entity.code}/actions/{Action.objects.get().pk}/complete"
    headers = {"Authorization": f"Bearer {secret}", "Accept-Language": "en"}
    answer = beside_a_dry_run(world, lambda: Client(headers=headers).post(path, {"outcome": "paid"}, JSON))
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert answer.json()["detail"].endswith("try the rest again in a minute.")
