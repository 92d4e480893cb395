"""Supervision says which groups open tasks for nobody."""

import pytest
from django.urls import reverse

from tests.factories.accounts import EntityFactory, TeamFactory, UserFactory
from tests.factories.scenarios import ScenarioFactory
from tests.factories.segments import GroupFactory

pytestmark = pytest.mark.django_db


def test_groups_without_a_team_are_named_and_lead_to_where_it_is_chosen(client):
    entity = EntityFactory()
    alone = GroupFactory(entity=entity, name="Seul", scenario=ScenarioFactory(entity=entity))
    GroupFactory(entity=entity, scenario=ScenarioFactory(entity=entity), team=TeamFactory(entity=entity))
    GroupFactory(scenario=ScenarioFactory())
    client.force_login(UserFactory(supervisor=True, sees=entity))
    page = client.get(reverse("supervision"))
    assert [morning.no_team for morning in page.context["mornings"]] == [[alone]]
    link = f"{reverse('admin:segments_group_change', args=[alone.pk])}#id_team"
    assert f'<a href="{link}">Seul</a>' in page.content.decode()
