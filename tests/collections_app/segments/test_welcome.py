from datetime import UTC, datetime

import pytest

from collections_app.letters.models import Template
from collections_app.scenarios.models import Step
from collections_app.segments.models import Group
from crm.accounts.operations import announce, announce_team
from crm.events.operations import deliver_waiting
from tests.factories.accounts import EntityFactory, TeamFactory
from tests.factories.segments import GroupFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_a_new_entity_receives_its_defaults():
    entity = EntityFactory()
    announce(entity, at=AT)
    deliver_waiting("defaults", at=AT)
    assert Template.objects.filter(entity=entity).count() >= 12
    assert Group.objects.filter(entity=entity, is_default=True).count() == 1


@pytest.mark.parametrize(
    ("currency", "least", "high", "small"), [("EUR", 150, "15000", "150"), ("XOF", 100_000, "10000000", "100000")]
)
def test_the_amounts_of_the_defaults_are_of_the_order_of_the_currency(currency, least, high, small):
    """150 XOF are 23 cents: every customer would be a key account."""
    entity = EntityFactory(currency=currency)
    announce(entity, at=AT)
    deliver_waiting("defaults", at=AT)
    assert Step.objects.get(version__scenario__code="standard-b2b", code="call").minimum_amount == least
    criteria = dict(Group.objects.filter(entity=entity).values_list("code", "criteria"))
    assert criteria["high-amount"] == {"all": [{"fact": "overdue", "is": "gte", "value": high}]}
    assert [asked["value"] for asked in criteria["small-balances"]["all"]] == ["0", small]


def test_the_first_team_of_an_entity_is_given_to_its_groups_that_have_none():
    """They are delivered before any team can be."""
    entity, elsewhere = EntityFactory(), GroupFactory()
    announce(entity, at=AT)
    deliver_waiting("defaults", at=AT)
    first = TeamFactory(entity=entity)
    announce_team(first, at=AT)
    deliver_waiting("first_team", at=AT)
    assert set(Group.objects.filter(entity=entity).values_list("team", flat=True)) == {first.pk}
    elsewhere.refresh_from_db()
    assert elsewhere.team is None


def test_a_second_team_is_given_to_nobody():
    group = GroupFactory()
    TeamFactory(entity=group.entity)
    announce_team(TeamFactory(entity=group.entity), at=AT)
    deliver_waiting("first_team", at=AT)
    group.refresh_from_db()
    assert group.team is None
