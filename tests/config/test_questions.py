"""What many people feel asks before it is done, and says how many they are."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from django.urls import reverse

from collections_app.letters.models import PrintBatch
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.scenarios import StepFactory, VersionFactory
from tests.factories.segments import GroupFactory, MembershipFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def entity():
    return EntityFactory(code="ONE")


def asked(client, entity, address):
    """The questions of a page."""
    client.force_login(UserFactory(supervisor=True, sees=entity))
    page = client.get(address).content.decode()
    assert "js/ask" in page
    return [unescape(text).replace("\xa0", " ").strip() for text in re.findall(r'data-ask="([^"]*)"', page)]


def test_a_night(client, entity):
    CustomerFactory.create_batch(2, entity=entity)
    told = (
        "Lancer maintenant la nuit du jour ? Elle ouvre des actions, et ce qui est automatique part. ONE : 2 clients."
    )
    assert asked(client, entity, reverse("admin:engine_run_changelist")) == [told]


@pytest.mark.parametrize("name", ["change", "draft"])
def test_publishing_a_scenario(client, entity, name):
    draft = VersionFactory(scenario__entity=entity, draft=True)
    StepFactory(version=draft)
    group = GroupFactory(entity=entity, scenario=draft.scenario)
    GroupFactory(entity=entity, scenario=draft.scenario)
    MembershipFactory(entity=entity, customer__entity=entity, group=group, from_on="2026-01-01")
    MembershipFactory(entity=entity, customer__entity=entity, group=group, from_on="2026-01-01", to_on="2026-02-01")
    told = "Publier ? 1 client suit ce scénario : la prochaine nuit décide selon cette version."
    address = reverse(f"admin:scenarios_scenario_{name}", args=[draft.scenario_id])
    assert asked(client, entity, f"{address}?version={draft.number}") == [told]


def test_a_batch_that_is_posted(client, entity):
    batch = PrintBatch.objects.create(entity=entity, on=AT.date(), number=1, prepared_at=AT)
    told = "0 lettre a-t-elle été postée au jour indiqué ? Son étape est alors faite."
    assert asked(client, entity, reverse("admin:letters_printbatch_change", args=[batch.pk])) == [told]
